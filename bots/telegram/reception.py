"""The reception: what somebody who writes gets in reply. Knows store and desk, and nothing of Telegram's library."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bots.desk import Desk
from bots.notices import message
from bots.talks import Standing, Talks
from bots.telegram import account, keyboards, wishes
from bots.telegram.letters import CHOSEN, Incoming, Letter, Outgoing, Spoken
from bots.telegram.linking import Linking, given_name
from bots.telegram.office import Office
from bots.telegram.office.errands import CHANNEL
from bots.telegram.wordings import LANGUAGES, SWITCH, WRONG, wording
from dialogs.events import Heard, Reply
from dialogs.understanding import Understood, understand
from records.addresses import Linked, change_address, linked_at, unlink
from records.check_ins import Due, ask_from, default_check_ins, local, note_asked
from records.health import default_rules
from records.invitations import InvitationRefused
from records.notices import Letter as Notice
from records.opening import ask_for
from records.seal import Seal
from records.store import Tx

AGAIN, REPORT = "again", "report"  # buttons that begin a talk, and the names of their labels
NEVER = "never"  # in the place of an hour
ERASURE = "erasure"  # the kind of follow-up that staff get when somebody wishes to be forgotten
_HAN = re.compile(r"[㐀-鿿]")
Letters = tuple[Letter, ...]


class Reception:
    """Answers what comes in, each in one transaction, through which everything that follows from it is written."""

    def __init__(self, desk: Desk, seal: Seal, zone: str) -> None:
        self.talks, self.linking = Talks(desk, CHANNEL, zone), Linking(CHANNEL, seal, zone)
        self.seal, self.zone = seal, zone
        self.office = Office(desk.store, ZoneInfo(zone), desk.facts)
        self.commands: dict[str, Callable[[Tx, Linked, Incoming], Letters]] = {
            "start": self._start, "report": self._report, "status": self._status, "week": self._week,
            "time": self._time, "correct": self._correct, "language": self._language, "stop": self._stop,
            "forget": self._forget,
        }  # fmt: skip
        self.buttons: dict[str, Callable[[Tx, Linked, Incoming, str], tuple[Letters, str] | None]] = {
            "language": self._chose_language, "hour": self._chose_hour, "forget": self._chose_forget,
            "correct": self._chose_correct, AGAIN: self._chose_report, REPORT: self._chose_report,
        }  # fmt: skip

    def answer(self, tx: Tx, update_id: int, what: Incoming, spoken: Spoken | None = None) -> Outgoing:
        """What is to be done in reply to an update; `spoken` is what was understood of a voice message."""
        linked = linked_at(tx, CHANNEL, str(what.chat))
        if what.kind in ("blocked", "unblocked"):
            self._note_blocked(tx, what)
            return Outgoing(update_id, what.chat)
        if linked and (linked.blocked or linked.stopped):  # who writes to us wants an answer
            change_address(tx, CHANNEL, linked.address, blocked_at=None, stopped_at=None)
        if what.kind == "contact":
            return Outgoing(update_id, what.chat, self._contact(tx, what))
        if what.kind == "command" and what.words == "start" and what.rest:
            return Outgoing(update_id, what.chat, self._invited(tx, linked, what))
        if linked is None or linked.works:
            worked = self.office.answer(tx, update_id, what, spoken, resident=linked is not None)
            if worked is not None:
                return worked
        if linked is None:
            return Outgoing(update_id, what.chat, _stranger(what), query=what.query, message=what.message)
        if linked.draft.get("who") and what.kind in ("words", "button", "command", "voice"):
            return self._who(tx, update_id, linked, what)
        if what.kind == "button":
            return self._pressed(tx, update_id, linked, what)
        return Outgoing(update_id, what.chat, self._said(tx, linked, what, spoken))

    def attend(self, tx: Tx, what: Incoming) -> tuple[Reply, bool] | None:
        """What a voice message is to be understood as an answer to, and whether today's talk has just begun for it.

        None when nothing is asked of whoever speaks: a stranger, or one whose report is in.
        """
        linked = linked_at(tx, CHANNEL, str(what.chat))
        if (linked is None or linked.works) and (noting := self.office.attend(tx, what)):
            return noting, False
        if linked is None or linked.draft.get("who"):
            return None
        standing = self.talks.now_open(tx, linked, what.at)
        if standing:
            return standing.reply, False
        if self.talks.done_today(tx, linked, what.at):
            return None
        return self.talks.begin(tx, linked, self.talks.round(tx, linked, what.at), what.at).reply, True

    def notice(self, letter: Notice) -> Letter:
        """What is written to a resident whom no call has reached; the button begins the talk, as any word does."""
        text = message(letter.language, self.talks.desk.facts.get("caller", ""), letter.until)
        return Letter(text, ((REPORT, wording("report_button", letter.language)),))

    def check_in(self, tx: Tx, due: Due, at: datetime) -> Letters:
        """The daily question or a reminder that is due, and when the next is; nothing when it is not to be written."""
        linked, answered = due.linked, self.talks.done_today(tx, due.linked, at)
        if not note_asked(tx, due, default_check_ins(), answered, local(linked, self.zone, at)):
            return ()
        standing = self.talks.now_open(tx, linked, at)
        if standing:
            letter = keyboards.question(standing)
            return (replace(letter, text=f"{wording('go_on', linked.language)}\n{letter.text}"),)
        text = wording("reminder" if due.asked else "check_in", linked.language, name=given_name(linked.name))
        return (Letter(text, ((REPORT, wording("report_button", linked.language)),)),)

    # whose chat it is

    def _contact(self, tx: Tx, what: Incoming) -> Letters:
        """Links the chat when its owner's own number is on the roster."""
        language = _language(what)
        if not what.own:
            return (_ask_contact("not_own", language),)
        linked = self.linking.by_number(tx, what.chat, what.phone, what.at)
        if linked is None:
            return (Letter(wording("not_found", language), keyboard="remove"),)
        return self._welcome(tx, linked, what)

    def _invited(self, tx: Tx, linked: Linked | None, what: Incoming) -> Letters:
        """Links the chat by the code of an invitation; a code that is good no more harms no link that is there."""
        try:
            found = self.linking.by_code(tx, what.chat, what.rest, what.at)
        except InvitationRefused as error:
            if linked is not None:
                return self._start(tx, linked, what)
            return (_ask_contact(f"invitation_{error.why}", _language(what)),)
        if not isinstance(found, Linked):
            return self.office.welcome(tx, what, found)
        return self._welcome(tx, found, what)

    def _welcome(self, tx: Tx, linked: Linked, what: Incoming) -> Letters:
        found = Letter(wording("linked", linked.language), keyboard="remove")
        if linked.draft.get("who"):
            return (found, self.linking.ask_who(tx, linked))
        return (found, *self._go_on(tx, linked, what))

    def _who(self, tx: Tx, update_id: int, linked: Linked, what: Incoming) -> Outgoing:
        """Nothing is heard in a shared chat until it is known who of the family it is."""
        told = self.linking.told_who(tx, linked, what.words, what.at)
        if told is None:
            return Outgoing(update_id, what.chat, (self.linking.ask_who(tx, linked),), what.query)
        letters = self._go_on(tx, told, what)
        return Outgoing(update_id, what.chat, letters, what.query, what.message, chosen=given_name(told.name))

    def _note_blocked(self, tx: Tx, what: Incoming) -> None:
        at = what.at if what.kind == "blocked" else None
        change_address(tx, CHANNEL, str(what.chat), blocked_at=at)

    # what is said

    def _said(self, tx: Tx, linked: Linked, what: Incoming, spoken: Spoken | None) -> Letters:
        match what.kind:
            case "command" if what.words in self.commands:
                return self.commands[what.words](tx, linked, what)
            case "command":
                return (Letter(wording("help", linked.language)),)
            case "words":
                return self._words(tx, linked, what)
            case "voice":
                return self._voice(tx, linked, what, spoken or Spoken(trouble="text_only"))
            case "photo" | "forwarded" | "attachment" | "edited":
                name = "words_only" if what.kind == "attachment" else what.kind
                return (Letter(wording(name, linked.language)), *self._question(tx, linked, what))
        return ()

    def _words(self, tx: Tx, linked: Linked, what: Incoming) -> Letters:
        """A wish is granted; other words go to the open conversation, else they begin one if they say something."""
        wish = wishes.wish(what.words, linked.language)
        if wish:
            return self._granted(tx, linked, what, *wish)
        standing = self.talks.now_open(tx, linked, what.at)
        if standing:
            return (self._hear(tx, linked, standing, Heard(words=what.words), what),)
        just = self.talks.correctable(tx, linked, what.at)
        if just and wishes.corrects(what.words, linked.language):
            return (_letter(self.talks.correct(tx, linked, just, Heard(words=what.words), what.at)),)
        if not _says_something(what.words, linked.language):
            return self._go_on(tx, linked, what)
        begun = self.talks.begin(tx, linked, self.talks.round(tx, linked, what.at), what.at)
        return (Letter(begun.reply.text), self._hear(tx, linked, begun, Heard(words=what.words), what))

    def _voice(self, tx: Tx, linked: Linked, what: Incoming, spoken: Spoken) -> Letters:
        """What was understood goes to the conversation that `attend` saw open, as in a call."""
        standing = self.talks.now_open(tx, linked, what.at)
        if spoken.trouble:
            return (Letter(wording(spoken.trouble, linked.language)), *self._question(tx, linked, what))
        if standing is None:
            return self._go_on(tx, linked, what)
        heard = Heard(spoken.words, confidence=spoken.confidence, alternatives=spoken.alternatives, how="voice")
        greeting = (Letter(standing.reply.text),) if spoken.begun else ()
        unclear = () if spoken.clear else (Letter(wording("unclear", linked.language)),)
        return (*greeting, *unclear, self._hear(tx, linked, standing, heard, what))

    def _question(self, tx: Tx, linked: Linked, what: Incoming) -> Letters:
        """The open question once more, if there is one."""
        standing = self.talks.now_open(tx, linked, what.at)
        return (keyboards.question(standing),) if standing else ()

    # wishes

    def _granted(self, tx: Tx, linked: Linked, what: Incoming, name: str, rest: str) -> Letters:
        if name == "language" and rest:
            return self._speak(tx, linked, what, rest)
        if name == "help":
            return (Letter(wording("help", linked.language)),)
        asked = Incoming(what.chat, "command", what.at, what.language, name, rest)
        return self.commands[name](tx, linked, asked)

    def _start(self, tx: Tx, linked: Linked, what: Incoming) -> Letters:
        return self._go_on(tx, linked, what)

    def _report(self, tx: Tx, linked: Linked, what: Incoming) -> Letters:
        return self._go_on(tx, linked, what, again=True)

    def _status(self, tx: Tx, linked: Linked, what: Incoming) -> Letters:
        return (account.status(tx, self.seal, linked, what.at, self.talks.zone_of(linked)),)

    def _week(self, tx: Tx, linked: Linked, what: Incoming) -> Letters:
        return (account.week(tx, linked, what.at, self.talks.zone_of(linked)),)

    def _time(self, tx: Tx, linked: Linked, what: Incoming) -> Letters:
        hour = wishes.hour(what.rest, linked.language) if what.rest else None
        if hour is not None:
            return (self._ask_at(tx, linked, what, hour),)
        hours = tuple((f"hour:{hour}", f"{hour}:00") for hour in default_check_ins().offered)
        never = (f"hour:{NEVER}", wording("hour_never", linked.language))
        return (Letter(wording("choose_hour", linked.language), (*hours, never), columns=4),)

    def _correct(self, tx: Tx, linked: Linked, what: Incoming) -> Letters:
        heard = Heard(words=WRONG["zh" if linked.language.startswith("zh") else "en"])
        standing = self.talks.now_open(tx, linked, what.at)
        if standing:
            return (self._hear(tx, linked, standing, heard, what),)
        just = self.talks.correctable(tx, linked, what.at)
        if just is None:
            return (Letter(wording("too_late", linked.language), (_again(linked),)),)
        return (_letter(self.talks.correct(tx, linked, just, heard, what.at)),)

    def _language(self, tx: Tx, linked: Linked, what: Incoming) -> Letters:
        buttons = tuple((f"language:{code}", label) for code, label in LANGUAGES.items())
        return (Letter(wording("choose_language", linked.language), buttons),)

    def _stop(self, tx: Tx, linked: Linked, what: Incoming) -> Letters:
        self._close(tx, linked, what)
        change_address(tx, CHANNEL, linked.address, stopped_at=what.at)
        return (Letter(wording("stopped", linked.language)),)

    def _forget(self, tx: Tx, linked: Linked, what: Incoming) -> Letters:
        buttons = tuple((f"forget:{name}", wording(f"forget_{name}", linked.language)) for name in ("yes", "no"))
        return (Letter(wording("forget_sure", linked.language), buttons),)

    def _go_on(self, tx: Tx, linked: Linked, what: Incoming, again: bool = False) -> Letters:
        """Says again what was said last, or begins; when today's report is in already, only if it is wished again."""
        standing = self.talks.now_open(tx, linked, what.at)
        if standing:
            return (keyboards.question(standing),)
        round = self.talks.round(tx, linked, what.at)
        if round.done and not again:
            return (Letter(wording("done", linked.language), (_again(linked),)),)
        return (keyboards.question(self.talks.begin(tx, linked, round, what.at)),)

    def _speak(self, tx: Tx, linked: Linked, what: Incoming, language: str) -> Letters:
        """Goes on in another language, also in the middle of a conversation."""
        change_address(tx, CHANNEL, linked.address, language=language)
        standing = self.talks.now_open(tx, linked, what.at)
        if standing and standing.reply.language.partition("-")[0] != language.partition("-")[0]:
            return (self._hear(tx, linked, standing, Heard(words=SWITCH[language]), what),)
        return (Letter(wording("language_noted", language)),)

    def _ask_at(self, tx: Tx, linked: Linked, what: Incoming, hour: int | None) -> Letter:
        ask_from(tx, linked, hour, local(linked, self.zone, what.at), never=hour is None)
        return Letter(wording("never_noted" if hour is None else "hour_noted", linked.language, hour=hour))

    def _close(self, tx: Tx, linked: Linked, what: Incoming) -> None:
        standing = self.talks.now_open(tx, linked, what.at)
        if standing:
            self.talks.close(tx, linked, standing.talk, what.at)

    # buttons

    def _pressed(self, tx: Tx, update_id: int, linked: Linked, what: Incoming) -> Outgoing:
        kind, _, rest = what.words.partition(":")
        if what.words == CHOSEN:
            return Outgoing(update_id, what.chat, query=what.query)
        if kind not in self.buttons:
            return self._on_board(tx, update_id, linked, what)
        done = self.buttons[kind](tx, linked, what, rest)
        letters, chosen = done or ((), "")
        notice = "" if done else wording("old_button", linked.language)
        return Outgoing(update_id, what.chat, letters, what.query, what.message, notice, chosen)

    def _on_board(self, tx: Tx, update_id: int, linked: Linked, what: Incoming) -> Outgoing:
        """A button of a question: the turn of the conversation, or more of what is being entered."""
        standing = self.talks.now_open(tx, linked, what.at)
        pressed = keyboards.press(standing, linked.draft, what.words) if standing else None
        if standing is None or pressed is None:
            notice = wording("old_button", linked.language)
            return Outgoing(update_id, what.chat, (), what.query, what.message, notice)
        if pressed.draft is None:
            letter = self._hear(tx, linked, standing, Heard(keys=pressed.keys, how="keys"), what)
            return Outgoing(update_id, what.chat, (letter,), what.query, what.message, chosen=pressed.chosen)
        if not pressed.draft["entered"] and what.words.startswith("enter"):
            return Outgoing(update_id, what.chat, (), what.query, notice=wording("enter_first", linked.language))
        change_address(tx, CHANNEL, linked.address, draft=pressed.draft)
        board = keyboards.board_of(standing, pressed.draft)
        return Outgoing(update_id, what.chat, (), what.query, what.message, board=board)

    def _chose_language(self, tx: Tx, linked: Linked, what: Incoming, rest: str) -> tuple[Letters, str] | None:
        return (self._speak(tx, linked, what, rest), LANGUAGES[rest]) if rest in LANGUAGES else None

    def _chose_hour(self, tx: Tx, linked: Linked, what: Incoming, rest: str) -> tuple[Letters, str] | None:
        if rest == NEVER:
            return (self._ask_at(tx, linked, what, None),), wording("hour_never", linked.language)
        hour = wishes.hour(rest, linked.language) if rest.isdecimal() else None
        return None if hour is None else ((self._ask_at(tx, linked, what, hour),), f"{hour}:00")

    def _chose_report(self, tx: Tx, linked: Linked, what: Incoming, rest: str) -> tuple[Letters, str] | None:
        name = what.words.partition(":")[0]
        return self._go_on(tx, linked, what, again=True), wording(f"{name}_button", linked.language)

    def _chose_correct(self, tx: Tx, linked: Linked, what: Incoming, rest: str) -> tuple[Letters, str] | None:
        just = self.talks.correctable(tx, linked, what.at)
        if just is None or rest != str(just.id) or self.talks.now_open(tx, linked, what.at):
            return None
        return self._correct(tx, linked, what), wording("correct_button", linked.language)

    def _chose_forget(self, tx: Tx, linked: Linked, what: Incoming, rest: str) -> tuple[Letters, str] | None:
        if rest != "yes":
            return (Letter(wording("kept", linked.language)),), wording("forget_no", linked.language)
        self._close(tx, linked, what)
        round = self.talks.round(tx, linked, what.at)
        ask_for(tx, linked.resident_id, round.campaign_id, round.round, ERASURE, what.at, default_rules())
        unlink(tx, CHANNEL, linked.address)
        return (Letter(wording("forgotten", linked.language)),), wording("forget_yes", linked.language)

    def _hear(self, tx: Tx, linked: Linked, standing: Standing, heard: Heard, what: Incoming) -> Letter:
        return _letter(self.talks.hear(tx, linked, standing.talk, heard, what.at))


def _letter(standing: Standing) -> Letter:
    """What the dialog says; after its end with a button to put the last answer right."""
    if not standing.reply.over:
        return keyboards.question(standing)
    label = wording("correct_button", standing.reply.language)
    return Letter(standing.reply.text, ((f"correct:{standing.talk.id}", label),))


def _again(linked: Linked) -> tuple[str, str]:
    return AGAIN, wording("again_button", linked.language)


def _stranger(what: Incoming) -> Letters:
    return () if what.kind == "nothing" else (_ask_contact("share", _language(what)),)


def _ask_contact(name: str, language: str) -> Letter:
    return Letter(wording(name, language), keyboard="ask_contact", label=wording("share_button", language))


def _language(what: Incoming) -> str:
    """The language for somebody we do not know: of what they wrote, else of their app."""
    return "zh-Hans" if _HAN.search(what.words) or what.language.startswith("zh") else "en"


def _says_something(words: str, language: str) -> bool:
    """Whether words hold an answer or a wish, and are more than a greeting or thanks."""
    understood = understand(words, lang=language)
    return understood != Understood(yes_no=understood.yes_no, spans=understood.spans, confidence=understood.confidence)

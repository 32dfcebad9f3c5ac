"""The reception: what somebody who writes gets in reply. Knows store and desk, and nothing of Telegram's library."""

from __future__ import annotations

import re

from bots.desk import Desk
from bots.telegram.letters import CHOSEN, Incoming, Letter, Outgoing
from bots.telegram.talks import Standing, Talks
from bots.telegram.wordings import LANGUAGES, wording
from dialogs.events import Heard
from dialogs.understanding import Understood, understand
from records.addresses import Linked, change_address, link, linked_at, resident_with
from records.store import Tx

CHANNEL = "telegram"
AGAIN = "again"
_HAN = re.compile(r"[㐀-鿿]")


class Reception:
    """Answers what comes in, each in one transaction, through which everything that follows from it is written."""

    def __init__(self, desk: Desk, zone: str) -> None:
        self.talks = Talks(desk, CHANNEL, zone)

    def answer(self, tx: Tx, update_id: int, what: Incoming) -> Outgoing:
        """What is to be done in reply to an update."""
        linked = linked_at(tx, CHANNEL, str(what.chat))
        if what.kind in ("blocked", "unblocked"):
            self._note_blocked(tx, what)
            return Outgoing(update_id, what.chat)
        if linked and (linked.blocked or linked.stopped):  # who writes to us wants an answer
            change_address(tx, CHANNEL, linked.address, blocked_at=None, stopped_at=None)
        if what.kind == "contact":
            return Outgoing(update_id, what.chat, self._contact(tx, what))
        if linked is None:
            return Outgoing(update_id, what.chat, self._stranger(what), query=what.query, message=what.message)
        if what.kind == "button":
            return self._pressed(tx, update_id, linked, what)
        return Outgoing(update_id, what.chat, self._said(tx, linked, what))

    # strangers

    def _stranger(self, what: Incoming) -> tuple[Letter, ...]:
        if what.kind == "nothing":
            return ()
        language = _language(what)
        return (_ask_contact("share", language),)

    def _contact(self, tx: Tx, what: Incoming) -> tuple[Letter, ...]:
        """Links the chat when its owner's own number is on the roster."""
        language = _language(what)
        if not what.own:
            return (_ask_contact("not_own", language),)
        resident = resident_with(tx, what.phone)
        if resident is None:
            return (Letter(wording("not_found", language), keyboard="remove"),)
        linked = link(tx, CHANNEL, str(what.chat), resident, what.at)
        found = Letter(wording("linked", linked.language), keyboard="remove")
        return (found, *self._go_on(tx, linked, what))

    def _note_blocked(self, tx: Tx, what: Incoming) -> None:
        at = what.at if what.kind == "blocked" else None
        change_address(tx, CHANNEL, str(what.chat), blocked_at=at)

    # residents

    def _said(self, tx: Tx, linked: Linked, what: Incoming) -> tuple[Letter, ...]:
        match what.kind:
            case "command":
                return self._command(tx, linked, what)
            case "words":
                return self._words(tx, linked, what)
            case "edited":
                return (Letter(wording("edited", linked.language)),)
            case "attachment":
                return (Letter(wording("words_only", linked.language)),)
        return ()

    def _command(self, tx: Tx, linked: Linked, what: Incoming) -> tuple[Letter, ...]:
        match what.words:
            case "start":
                return self._go_on(tx, linked, what)
            case "report":
                return self._go_on(tx, linked, what, again=True)
            case "language":
                buttons = tuple((f"language:{code}", label) for code, label in LANGUAGES.items())
                return (Letter(wording("choose_language", linked.language), buttons),)
            case "stop":
                return self._stop(tx, linked, what)
        return (Letter(wording("help", linked.language)),)

    def _stop(self, tx: Tx, linked: Linked, what: Incoming) -> tuple[Letter, ...]:
        standing = self.talks.now_open(tx, linked, what.at)
        if standing:
            self.talks.close(tx, linked, standing.talk, what.at)
        change_address(tx, CHANNEL, linked.address, stopped_at=what.at)
        return (Letter(wording("stopped", linked.language)),)

    def _go_on(self, tx: Tx, linked: Linked, what: Incoming, again: bool = False) -> tuple[Letter, ...]:
        """Says again what was said last, or begins; when today's report is in already, only if it is wished again."""
        standing = self.talks.now_open(tx, linked, what.at)
        if standing:
            return (_letter(standing),)
        round = self.talks.round(tx, linked, what.at)
        if round.done and not again:
            button = (AGAIN, wording("again_button", linked.language))
            return (Letter(wording("done", linked.language), (button,)),)
        return (_letter(self.talks.begin(tx, linked, round, what.at)),)

    def _words(self, tx: Tx, linked: Linked, what: Incoming) -> tuple[Letter, ...]:
        """Words go to the open conversation; else they begin one, and are its first answer if they say something."""
        standing = self.talks.now_open(tx, linked, what.at)
        if standing:
            return (_letter(self._hear(tx, linked, standing, Heard(words=what.words), what)),)
        if not _says_something(what.words, linked.language):
            return self._go_on(tx, linked, what)
        begun = self.talks.begin(tx, linked, self.talks.round(tx, linked, what.at), what.at)
        heard = self._hear(tx, linked, begun, Heard(words=what.words), what)
        return (Letter(begun.reply.text), _letter(heard))

    # buttons

    def _pressed(self, tx: Tx, update_id: int, linked: Linked, what: Incoming) -> Outgoing:
        if what.words == CHOSEN:
            return Outgoing(update_id, what.chat, query=what.query)
        letters: tuple[Letter, ...] = ()
        notice = chosen = ""
        kind, _, rest = what.words.partition(":")
        if kind == "language" and rest in LANGUAGES:
            change_address(tx, CHANNEL, linked.address, language=rest)
            letters, chosen = (Letter(wording("language_noted", rest)),), LANGUAGES[rest]
        elif kind == AGAIN:
            letters = self._go_on(tx, linked, what, again=True)
            chosen = wording("again_button", linked.language)
        elif answered := self._option(tx, linked, what, rest if kind == "option" else ""):
            letters, chosen = answered
        else:
            notice = wording("old_button", linked.language)
        return Outgoing(update_id, what.chat, letters, what.query, what.message, notice, chosen)

    def _option(self, tx: Tx, linked: Linked, what: Incoming, place: str) -> tuple[tuple[Letter, ...], str] | None:
        """The turn of a pressed button, and its label; None when the conversation has gone on since."""
        standing = self.talks.now_open(tx, linked, what.at)
        if standing is None:
            return None
        buttons = {_place(standing, n): button for n, button in enumerate(standing.reply.buttons)}
        if f"option:{place}" not in buttons:
            return None
        keys, label = buttons[f"option:{place}"]
        return (_letter(self._hear(tx, linked, standing, Heard(keys=keys, how="keys"), what)),), label

    def _hear(self, tx: Tx, linked: Linked, standing: Standing, heard: Heard, what: Incoming) -> Standing:
        return self.talks.hear(tx, linked, standing.talk, heard, what.at)


def _letter(standing: Standing) -> Letter:
    """What the dialog says, with its buttons."""
    buttons = tuple((_place(standing, n), label) for n, (_, label) in enumerate(standing.reply.buttons))
    return Letter(standing.reply.text, buttons)


def _place(standing: Standing, number: int) -> str:
    """The data of a button: it is good for this turn of this conversation only."""
    return f"option:{standing.talk.id}:{standing.turn}:{number}"


def _ask_contact(name: str, language: str) -> Letter:
    return Letter(wording(name, language), keyboard="ask_contact", label=wording("share_button", language))


def _language(what: Incoming) -> str:
    """The language for somebody we do not know: of what they wrote, else of their app."""
    return "zh-Hans" if _HAN.search(what.words) or what.language.startswith("zh") else "en"


def _says_something(words: str, language: str) -> bool:
    """Whether words hold an answer or a wish, and are more than a greeting or thanks."""
    understood = understand(words, lang=language)
    return understood != Understood(yes_no=understood.yes_no, spans=understood.spans, confidence=understood.confidence)

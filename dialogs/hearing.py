"""How a turn of the resident's is taken: words, keys or silence, and what is not understood."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dialogs import acts, answers, correcting, focus, household, speech, whom
from dialogs.events import UNHEARD, Heard
from dialogs.leading import leads_with, wants
from dialogs.machine import walk
from dialogs.questions import Ear, Question, Reading
from dialogs.readers import UNSURE
from dialogs.understanding import understand
from dialogs.understanding.text import folding
from dialogs.volunteered import volunteered

if TYPE_CHECKING:
    from dialogs.dialog import Dialog

_SECOND_CHOICE = 0.8  # how much a recogniser's second reading is worth of its first


def silence(dialog: Dialog) -> None:
    """Nobody said anything: ask again, ask whether anybody is there, say goodbye."""
    dialog.no_input += 1
    dialog.holding, dialog.manner = 0.0, "again"
    if dialog.no_input >= dialog.script.limits.misses:
        walk(dialog.script).put(dialog, "silent")
        dialog.focus = None
    elif dialog.no_input > 1:
        dialog.speak("still_there")


def listen(dialog: Dialog, heard: Heard) -> None:
    """Take words or keys."""
    if heard.keys and not (heard.words and heard.words.strip()):
        _keys(dialog, heard)
        return
    words = heard.words or ""
    if words == UNHEARD:
        missed(dialog)
        return
    language = speech.language_of(words, dialog.language, str(dialog.resident.get("language")))
    if language != dialog.language:
        dialog.language = language
        dialog.speak("switched")
        if speech.names_language(words):
            return
    ear = _best_heard(dialog, heard)
    if back := acts.asks_back(dialog, ear):
        acts.perform(dialog, back, ear)
        return
    handler = focus.HANDLERS.get(str(dialog.focus["on"])) if dialog.focus else None
    if handler:
        handler(dialog, ear)
    else:
        _answer(dialog, ear)


def _best_heard(dialog: Dialog, heard: Heard) -> Ear:
    """The recogniser's first reading; where that says nothing, the next one that does, as less certain."""
    context = _context(dialog)
    first = ear_of(dialog, heard.words or "", context, heard)
    if not heard.alternatives or _says_something(dialog, first):
        return first
    unsure = replace(heard, confidence=heard.confidence * _SECOND_CHOICE)
    ears = (ear_of(dialog, words, context, unsure) for words in heard.alternatives)
    return next((ear for ear in ears if _says_something(dialog, ear)), first)


def _says_something(dialog: Dialog, ear: Ear) -> bool:
    u, question = ear.understood, dialog.question
    if u.act or u.yes_no or u.choice or u.members or u.symptoms_present or u.symptoms_absent or u.all_well:
        return True
    reading = question.reader.read(ear, question) if question and not dialog.focus else None
    return (reading is not None and not reading.loose) or acts.aside(dialog, ear) is not None


def ear_of(dialog: Dialog, words: str, context: str, heard: Heard | None = None) -> Ear:
    """What words mean in a context, for the present question."""
    options = whom.options(dialog) or speech.options(dialog.question)
    now = dialog.now
    if dialog.question and dialog.question.kind == "call_time":  # the question is part of what the answer means
        words = f"{'call me back' if dialog.language == 'en' else '再打给我'} {words}"
    understood = understand(words, context=context, lang=dialog.language, options=options, now=now)
    return Ear(household.view(dialog, understood, dialog.about), words, now, heard.confidence if heard else 1.0,
               heard.how if heard else "words")  # fmt: skip


def _context(dialog: Dialog) -> str:
    if dialog.focus:
        return str(dialog.focus.get("context", "open"))
    question = dialog.question
    return question.reader.context(question) if question else "open"


def _keys(dialog: Dialog, heard: Heard) -> None:
    keys = str(heard.keys)
    if keys == "#":
        dialog.manner = "say"
        return
    ear = Ear(speech.NOTHING, keys, dialog.now, heard.confidence, "keys")
    if dialog.focus:
        focus.keys(dialog, keys, ear)
        return
    question = dialog.question
    reading = question.reader.keys(keys, question, dialog.now) if question else None
    if question and reading:
        answers.accept(dialog, question, reading, ear)
    else:
        missed(dialog)


def _answer(dialog: Dialog, ear: Ear) -> None:
    question = dialog.question
    if question is None:
        return
    reading = question.reader.read(ear, question) or _yes_and_more(question, ear)
    others = [*household.mentions(dialog, ear), *volunteered(dialog, ear, question)]
    if reading and reading.loose and others:
        reading = None  # the words were an answer to something else
    act = acts.meant(dialog, ear)
    if act in (None, "repeat") and correcting.takes_back(dialog, ear, reading, others):
        act = "correction"
    if act == "hold_on" and others:
        act = None  # the answer came with it
    if act == "correction":
        correcting.correct(dialog, ear, others)
    elif act and act != "dont_know" and not _outweighs(dialog, ear, reading, act):
        answers.take(dialog, others, ear)
        acts.perform(dialog, act, ear)
    elif reading:
        answers.accept(dialog, question, reading, ear, others)
        if act in acts.ASIDE:
            acts.perform(dialog, act, ear)
    elif act == "dont_know":
        answers.take(dialog, others, ear)
        answers.blank(dialog, question.name, UNSURE)
    elif known := acts.asked_about(dialog, ear):
        acts.perform(dialog, known, ear)
    elif correcting.denies_having_any(dialog, question, ear):
        correcting.well_after_all(dialog)
    elif others:
        answers.take(dialog, others, ear)
        dialog.manner = "again"
    elif ear.words.strip().isdecimal() and (typed := question.reader.keys(ear.words.strip(), question, dialog.now)):
        answers.accept(dialog, question, typed, ear)
    elif aside := acts.aside(dialog, ear):
        acts.perform(dialog, aside, ear)
    elif (short := _short_answer(question, ear)) is not None:
        answers.accept(dialog, question, short, ear)
    else:
        missed(dialog, "implausible" if ear.understood.temperature_status == "implausible" else "no_match")


def _short_answer(question: Question, ear: Ear) -> Reading | None:
    """A few words that begin with no, and name nothing: the answer, whatever was not understood behind it."""
    if len(ear.words) > 24 or leads_with(ear.words) != "no":
        return None
    return question.reader.read(replace(ear, understood=replace(ear.understood, yes_no="no")), question)


def _yes_and_more(question: Question, ear: Ear) -> Reading | None:
    """The yes in "yes, what is it about?", where the rest was taken for a question only."""
    if question.kind != "one_of" or ear.understood.act not in acts.ASIDE or leads_with(ear.words) != "yes":
        return None
    return question.reader.read(replace(ear, understood=replace(ear.understood, yes_no="yes", act=None)), question)


def _named(dialog: Dialog, ear: Ear) -> bool:
    """Whether an option stands in the words to the letter."""
    text = ear.words.translate(folding())
    options = dialog.question.options if dialog.question else ()
    return any(phrase in text for option in options for phrase in option.heard)


def _outweighs(dialog: Dialog, ear: Ear, reading: Reading | None, act: str) -> bool:
    """Whether an answer counts for more than the act in the same words: "no need" refuses help, not the call."""
    if reading is None or reading.loose:
        return False
    kind = dialog.question.kind if dialog.question else ""
    if kind == "one_of" and act in acts.ASIDE and (leads_with(ear.words) == "yes" or _named(dialog, ear)):
        return True  # "yes, what is it about?"
    if act in acts.ASKING and (kind == "one_of" or correcting.bare(reading, ear)):
        return False
    if acts.may_wait(act, ear) and kind not in ("one_of", "yes_no"):
        return True
    if act == "wrong_number":
        return kind == "one_of" and reading.meaning not in ("yes", "no")
    if act == "refuse" and kind == "yes_no" and wants(ear.words):
        return True  # "not needed" is said of what was offered
    if kind == "any_of":  # "no need" refuses help, not the call; "send a doctor" is the help that is offered
        return (act, reading.meaning) in (("refuse", "none"), ("human", "some")) or act not in acts.FIRST
    return act not in acts.FIRST


def missed(dialog: Dialog, why: str = "no_match") -> None:
    """What was said answers nothing: ask again, with keys after the second time, and at last go on without."""
    dialog.no_match += 1
    dialog.manner = "again"
    if dialog.no_match < dialog.script.limits.misses:
        dialog.speak(why)
        return
    question = dialog.question
    if dialog.focus:
        focus.give_up(dialog)
    elif question:
        lost = "lost" in dialog.script.steps[dialog.step].next
        if not lost:
            dialog.speak("skip_it")
        answers.blank(dialog, question.name, "lost" if lost else UNSURE)

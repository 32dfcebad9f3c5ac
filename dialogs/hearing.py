"""How a turn of the resident's is taken: words, keys or silence, volunteered answers, corrections, misses."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dialogs import acts, answers, focus, household, speech, walking, whom
from dialogs.events import Heard
from dialogs.leading import leads_with
from dialogs.machine import walk
from dialogs.questions import Ear, Item, Question, Reading, item
from dialogs.readers import UNSURE
from dialogs.symptoms import denies_all, no_symptoms
from dialogs.understanding import understand
from dialogs.understanding.text import folding

if TYPE_CHECKING:
    from dialogs.dialog import Dialog

_SECOND_CHOICE = 0.8  # how much a recogniser's second reading is worth of its first
_OF_MYSELF = re.compile(r"我也|我自己|我本人|\b(me too|myself|i also|i have|i've got|i am|i'm)\b")
_CLOSING = re.compile(
    r"(没|沒|無|无|不).{0,4}(症状|症狀|不舒服|不适|别的|別的|其他)|一切正常|都正常|都没有|都沒有|就是|只是|只有|光是|"
    r"\b(no|any|other|nothing) (other )?(symptom|else|problem|complaint)|feel(ing)? (fine|well|good|ok)|"
    r"(am|i'm) (fine|well|good|ok|okay)\b|\bonly\b|\bjust\b",
    re.IGNORECASE,
)


def _without_fever(reading: Reading | None, asked: Question | None) -> Reading | None:
    """A yes or no to "any fever?" is that answer, not one about the symptoms as well."""
    if not reading or not asked or asked.context != "fever":
        return reading
    value = {key: [name for name in names if name != "fever"] for key, names in reading.value.items()}
    return Reading(reading.meaning, value, reading.confidence, reading.span, True) if any(value.values()) else None


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
    others = [*household.mentions(dialog, ear), *_volunteered(dialog, ear, question)]
    if reading and reading.loose and others:
        reading = None  # the words were an answer to something else
    act = acts.meant(dialog, ear)
    if act in (None, "repeat") and _takes_back(dialog, ear, reading, others):
        act = "correction"
    if act == "hold_on" and others:
        act = None  # the answer came with it
    if act == "correction":
        _correct(dialog, ear, others)
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
    elif _denies_having_any(dialog, question, ear):
        _well_after_all(dialog)
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


def _denies_having_any(dialog: Dialog, question: Question, ear: Ear) -> bool:
    """Whether "when did it start?" is answered by there being nothing, once."""
    u = ear.understood
    if question.context != "onset" or f"{dialog.about} {question.name} none" in dialog.met or u.symptoms_present:
        return False
    asked = next((dialog.script.questions[n] for n, w in dialog.order if _has_symptoms(dialog, n, w)), None)
    if asked is None or not _has_symptoms(dialog, asked.name, dialog.about):
        return False
    again = asked.reader.read(ear_of(dialog, ear.words, asked.reader.context(asked)), asked)
    return leads_with(ear.words) == "no" or (again is not None and again.meaning == "none")


def _has_symptoms(dialog: Dialog, name: str, who: str) -> bool:
    value = dialog.answers.get(who, {}).get(name)
    return isinstance(value, dict) and bool(value.get("present"))


def _well_after_all(dialog: Dialog) -> None:
    """The symptoms that we have cannot be right: ask for them anew."""
    who = dialog.about
    dialog.met.append(f"{who} {dialog.question_name} none")
    name = next(n for n, w in reversed(dialog.order) if w == who and _has_symptoms(dialog, n, w))
    answers.forget(dialog, name, who)
    dialog.speak("correct_what")
    walking.back_to(dialog, name, who)


def _short_answer(question: Question, ear: Ear) -> Reading | None:
    """A few words that begin with no, and name nothing: the answer, whatever was not understood behind it."""
    if len(ear.words) > 24 or leads_with(ear.words) != "no":
        return None
    return question.reader.read(replace(ear, understood=replace(ear.understood, yes_no="no")), question)


def _bare(reading: Reading | None, ear: Ear) -> bool:
    """Whether an answer is a mere yes or no, with nothing named."""
    u = ear.understood
    named = u.symptoms_present or u.symptoms_absent or u.choice or u.all_well or u.members
    return reading is not None and reading.meaning in ("yes", "no", "none", "which", "well", "ill") and not named


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
    if act in acts.ASKING and (kind == "one_of" or _bare(reading, ear)):
        return False
    if acts.may_wait(act, ear) and kind not in ("one_of", "yes_no"):
        return True
    if act == "wrong_number":
        return kind == "one_of" and reading.meaning not in ("yes", "no")
    if kind == "any_of":  # "no need" refuses help, not the call; "send a doctor" is the help that is offered
        return (act, reading.meaning) in (("refuse", "none"), ("human", "some")) or act not in acts.FIRST
    return act not in acts.FIRST


def _volunteered(dialog: Dialog, ear: Ear, asked: Question | None) -> list[Item]:
    """Answers that were not asked for but given; what is already known the same way is left out."""
    found: list[Item] = []
    u = ear.understood
    if asked and asked.kind == "members" and not _OF_MYSELF.search(ear.words.lower()):
        return found  # asked how the others are, nobody speaks of himself
    closing = bool(_CLOSING.search(ear.words))
    if u.temperature_c is u.onset_days_ago is u.count is None and not (
        u.symptoms_present or u.symptoms_absent or u.all_well or u.members or closing
    ):
        return found
    for question in dialog.script.questions.values():
        if question is asked or not _speaks_of(dialog, question):
            continue
        reading = question.reader.volunteered(ear, question)
        if question.kind == "symptoms" and household.speaker_well(ear):
            reading = Reading("none", no_symptoms())
        elif question.kind == "symptoms" and ear.understood.all_well and asked and asked.kind == "members":
            reading = None  # they are well at home; how we are was said before
        elif question.kind == "symptoms" and answers.corrects(ear):
            pass  # only what is named is taken back
        elif question.kind == "symptoms":
            reading = _closed(dialog, question, ear, reading, asked) if closing else _without_fever(reading, asked)
        who = _of_whom(dialog, question, ear)
        known = dialog.answers.get(who, {}).get(question.name)
        if not reading or (known is not None and denies_all(reading.value)):
            continue  # a general "all well" takes nothing back that was said in so many words
        one = answers.beside_known(dialog, item(question.name, who, reading, ear), ear)
        if one["value"] != known:
            found.append(one)
    return found


def _of_whom(dialog: Dialog, question: Question, ear: Ear) -> str:
    """Who is spoken of: in an objection, the person of whom this was just said again."""
    said = dialog.said_before
    if said and question.name in said["said"] and answers.corrects(ear, said_again=True):
        return str(said["person"])
    return dialog.about


def _closed(
    dialog: Dialog, question: Question, ear: Ear, reading: Reading | None, asked: Question | None
) -> Reading | None:
    """Symptoms with "nothing else" or "only", heard as the answer to their own question: nothing is left open."""
    again = question.reader.read(ear_of(dialog, ear.words, "symptoms"), question)
    if again is None or again.value is None or (asked and asked.kind == "yes_no" and not reading):
        return _without_fever(reading, asked)
    return again


def _takes_back(dialog: Dialog, ear: Ear, reading: Reading | None, others: list[Item]) -> bool:
    """Whether a mere yes or no is about something said before: a known answer comes anew, or is called wrong."""
    if reading and not _bare(reading, ear):
        return False
    if answers.corrects(ear, bool(dialog.said_before)):
        return bool(others) or bool(dialog.order)
    return reading is not None and any(_known_otherwise(dialog, one) for one in others)


def _known_otherwise(dialog: Dialog, one: Item) -> bool:
    known = dialog.answers.get(one["who"], {}).get(one["name"])
    return known is not None and not answers.is_partly(dialog, one["name"], one["who"]) and known != one["value"]


def _speaks_of(dialog: Dialog, question: Question) -> bool:
    return question.kind in ("temperature", "symptoms", "when", "count") or question.context == "fever"


def _correct(dialog: Dialog, ear: Ear, others: list[Item]) -> None:
    """Take back an earlier answer: the new value where one was said, else ask again from that question on."""
    changed = [item for item in others if item["name"] in dialog.answers.get(item["who"], {})]
    question = dialog.question
    reading = question.reader.read(ear, question) if question else None
    if question and reading and not reading.loose and not changed and not _bare(reading, ear):
        answers.accept(dialog, question, reading, ear, others)
        return
    last = next(([n, w] for n, w in reversed(dialog.order) if dialog.script.step_of(n)), None)
    named = next((n for n, w in reversed(dialog.order) if _label(dialog, n) in ear.words.lower()), None)
    if not changed and last:
        name, who = (named, dialog.about) if named else last
        changed = _changed(dialog, name, who, ear)
        if not changed:
            answers.forget(dialog, name, who)
            dialog.speak("correct_what")
            walking.back_to(dialog, name, who)
            return
    if changed:
        answers.take(dialog, others or changed, ear)
    elif question and reading:
        answers.accept(dialog, question, reading, ear, others)
    else:
        answers.take(dialog, others, ear)
        missed(dialog)


def _label(dialog: Dialog, name: str) -> str:
    return dialog.script.label(dialog.script.questions[name], dialog.language).lower()


def _changed(dialog: Dialog, name: str, who: str, ear: Ear) -> list[Item]:
    question = dialog.script.questions[name]
    again = ear_of(dialog, ear.words, question.reader.context(question))
    reading = question.reader.read(again, question)
    old = dialog.answers.get(who, {}).get(name)
    if not reading or reading.loose or reading.value is None or reading.value == old:
        return []
    return [item(name, who, reading, ear)]


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

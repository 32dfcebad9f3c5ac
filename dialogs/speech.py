"""What is said in a turn, and how to listen for the answer: prompts, reprompts, values in words, the reply."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dialogs import household
from dialogs.events import Reply
from dialogs.expected import acts_phrases, expected
from dialogs.questions import Question
from dialogs.script import Script
from dialogs.understanding import SYMPTOMS, Understood
from dialogs.wording import Say, joined, listed

if TYPE_CHECKING:
    from dialogs.dialog import Dialog

NOTHING = Understood()
_LATIN = re.compile(r"[A-Za-z]{2,}")
_HAN = re.compile(r"[㐀-鿿]")
_SMALL = frozenset({"ok", "okay", "hello", "hi", "yes", "no", "bye", "app", "wifi", "covid"})
_LANGUAGE = re.compile(r"english|chinese|mandarin|中文|汉语|漢語|普通话|普通話|国语|國語|英语|英語|英文", re.IGNORECASE)
_EMPTY: Mapping[str, str] = MappingProxyType({})


def language_of(words: str, language: str, own: str) -> str:
    """The language to go on in: the present one, unless the resident clearly speaks the other."""
    han = len(_HAN.findall(words))
    latin = [word for word in _LATIN.findall(words) if word.lower() not in _SMALL]
    if language.startswith("zh"):
        return "en" if not han and (len(latin) >= 3 or "english" in words.lower()) else language
    if han >= 2 and not latin:
        return own if own.startswith("zh") else "zh-Hans"
    return language


def names_language(words: str) -> bool:
    """Whether the words are about which language to speak."""
    return bool(_LANGUAGE.search(words))


# saying


def speak(dialog: Dialog, say: Say, places: Mapping[str, str] = _EMPTY) -> None:
    """Add a wording to what is said in this turn, long and short."""
    wording = say.choose(dialog)
    if wording is None:
        return

    def fill(place: str) -> str:
        return places[place] if place in places else _place(dialog, place)

    text = wording.text(dialog.language, fill)
    short = text if wording.short is wording.long else wording.telephone(dialog.language, fill)
    dialog.saying.append((text, short))


def ask(dialog: Dialog) -> None:
    """Add the question that is now open, in the manner of the moment: in full, again, with keys, or not at all."""
    if dialog.manner == "wait":
        return
    if dialog.focus:
        _ask_focus(dialog)
    else:
        step = dialog.script.steps[dialog.step]
        if step.help and (dialog.no_match > 1 or dialog.manner == "help"):
            speak(dialog, step.help)
        say = step.again if dialog.manner != "say" and step.again else step.say
        if say:
            speak(dialog, say)
    if (dialog.no_match > 1 or dialog.no_input > 1) and (hint := _keypad_hint(dialog)):
        speak(dialog, dialog.script.says["keypad_hint"], {"keys": hint})


def _ask_focus(dialog: Dialog) -> None:
    focus = dialog.focus
    assert focus is not None
    words = dialog.script.words[dialog.language]
    match focus["on"]:
        case "confirm":
            odd = any(one.get("doubt") == "improbable" for one in focus["items"])
            name = "confirm_again" if focus["tries"] else "confirm_improbable" if odd else "confirm"
            value = all_shown(dialog, focus["items"])
            speak(dialog, dialog.script.says[name], {"value": value})
        case "listing":
            speak(dialog, dialog.script.says["listing"], {"symptom": words[focus["left"][0]]})
        case "which":
            people = [str(household.member(dialog, who)["name"]) for who in focus["candidates"]]
            candidates = listed(people, dialog.language, words["or"])
            speak(dialog, dialog.script.says["which_member"], {"heard": focus["heard"], "candidates": candidates})


def _keypad_hint(dialog: Dialog) -> str:
    words = dialog.script.words[dialog.language]
    question = dialog.question
    if not dialog.focus and question and question.kind in ("temperature", "when", "number", "count"):
        if question.kind == "when":
            return words["days_keys" if question.context == "onset" else "date_keys"]
        return words["degrees_keys" if question.kind == "temperature" else "number_keys"]
    keys = [words["press"].format(key=key, meaning=meaning) for key, meaning in _keypad(dialog).items()]
    return ("，" if dialog.language.startswith("zh") else ", ").join(keys)


def finish(dialog: Dialog) -> None:
    """What was added in this turn becomes what is said."""
    dialog.text = [joined([text for text, _ in dialog.saying], dialog.language).strip(),
                   joined([short for _, short in dialog.saying], dialog.language).strip()]  # fmt: skip


# values in words


def show(dialog: Dialog, name: str, value: Any) -> str:
    """An answer as it is said again."""
    question = dialog.script.questions[name]
    return question.reader.show(value, question, dialog.script.words[dialog.language], dialog.language)


def all_shown(dialog: Dialog, items: Sequence[Mapping[str, Any]]) -> str:
    """Answers said again in a row: those of the person called first, the same about several people said once."""
    words = dialog.script.words[dialog.language]
    comma, semicolon = ("，", "；") if dialog.language.startswith("zh") else (", ", "; ")
    told: dict[str, list[str]] = {}
    own: list[str] = []
    for one in items:
        home = dialog.script.questions[one["name"]].kind in ("members", "any_of")
        mine = one["who"] == dialog.called and (home or not dialog.family)
        (own if mine else told.setdefault(one["who"], [])).append(show(dialog, one["name"], one["value"]))
    people: dict[str, list[str]] = {}
    for who, texts in told.items():
        people.setdefault(comma.join(texts), []).append(str(household.member(dialog, who)["name"]))
    others = [
        words["rest_well"] if text == words["well"] and len(names) > 2
        else words["has" if len(names) == 1 else "have_all"].format(listed(names, dialog.language), text)
        for text, names in people.items()
    ]  # fmt: skip
    return semicolon.join([*([comma.join(own)] if own else []), *others])


def addressed(dialog: Dialog, people: Sequence[str], text: str) -> str:
    """Something about these people, with the names of those before it whom we do not speak to."""
    if list(people) == [dialog.called] and not dialog.family:
        return text
    words = dialog.script.words[dialog.language]
    own = [words["you"]] * (dialog.called in people and not dialog.family)
    names = [str(household.member(dialog, who)["name"]) for who in people if who != dialog.called or dialog.family]
    colon = "：" if dialog.language.startswith("zh") else ": "
    return f"{listed([*own, *names], dialog.language)}{colon}{text}"


def advice(dialog: Dialog, say: Say | None) -> str:
    """The advice of a result rule in the language of the conversation."""
    wording = say.choose(dialog) if say else None
    return wording.text(dialog.language, lambda place: _place(dialog, place)) if wording else ""


def _place(dialog: Dialog, place: str) -> str:
    words = dialog.script.words[dialog.language]
    match place:
        case "name":
            return str(dialog.resident["name"])
        case "caller":
            caller = dialog.facts.get("caller") or ""
            if isinstance(caller, Mapping):  # the office's name in each language
                caller = caller.get(dialog.language) or caller["zh-Hans"]
            return str(caller)
        case "who":
            return str(household.member(dialog, dialog.about)["name"]) if dialog.proxy else words["you"]
        case "whose":
            name = str(household.member(dialog, dialog.about)["name"])
            return words["whose"].format(name) if dialog.proxy else words["your"]
        case "others":
            return listed([str(m["name"]) for m in dialog.members[1:]], dialog.language) or words["none_of_us"]
        case "day":
            return str(dialog.facts.get("day") or "")
        case "fever":
            return f"{float(dialog.value('fever_c')):.1f}"
        case "advice":
            return dialog.advice
    if place.startswith("previous."):
        name = place.removeprefix("previous.")
        value = dialog.before(name)
    else:
        name, value = place, dialog.value(place)
    return show(dialog, name, value) if value is not None and name in dialog.script.questions else ""


# listening


@dataclass(frozen=True, slots=True)
class Listening:
    """How to listen at a question; the same for everybody."""

    expects: tuple[str, ...]
    keypad: Mapping[str, str]
    options: Mapping[str, str]
    ticks: Mapping[str, str]


@lru_cache(maxsize=2048)
def _listening(script: Script, question: Question, language: str) -> Listening:
    words = script.words[language]
    keypad = question.reader.keypad(question, words, language)
    labels = {option.key: option.label.text(language, str) for option in question.options}
    ticks = {name: words[name].removeprefix("a ") for name in SYMPTOMS} if question.kind == "symptoms" else _EMPTY
    return Listening(expected(script, question, language), keypad, labels, ticks)


@lru_cache(maxsize=512)
def options(question: Question | None) -> Mapping[str, tuple[str, ...]] | None:
    """The options of a question with the words that mean them, for the understanding."""
    return {option.key: option.phrases for option in question.options} if question and question.options else None


def _keypad(dialog: Dialog) -> Mapping[str, str]:
    words = dialog.script.words[dialog.language]
    if dialog.focus and dialog.focus["on"] == "which":
        candidates = enumerate(dialog.focus["candidates"], 1)
        return {str(i): str(household.member(dialog, who)["name"]) for i, who in candidates}
    if dialog.focus:
        return {"1": words["yes"], "2": words["no"]}
    question = dialog.question
    return _listening(dialog.script, question, dialog.language).keypad if question else _EMPTY


_TYPED = ("temperature", "number", "count", "when", "text")  # their keys are typed, not chosen


def reply(dialog: Dialog) -> Reply:
    """What to say now, and how to listen."""
    text, short = dialog.text
    question = None if dialog.over else dialog.question
    if question is None:
        return Reply(text, short, dialog.step, "notice", dialog.over, language=dialog.language)
    kind, asked, expects = _asked(dialog, question)
    keypad = _keypad(dialog)
    buttons = tuple(keypad.items()) if kind not in _TYPED else ()
    silence = dialog.holding or dialog.script.limits.silence
    return Reply(text, short, dialog.step, kind, False, asked, expects, keypad, buttons, silence, dialog.language)


def _said_again(dialog: Dialog) -> dict[str, Any]:
    """Values that were just said again in passing, and whose they are."""
    return {"said": dialog.echoed["said"], "said_of": dialog.echoed["person"]} if dialog.echoed else {}


def _asked(dialog: Dialog, question: Question) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    focus = dialog.focus
    if focus is None:
        listening = _listening(dialog.script, question, dialog.language)
        asked: dict[str, Any] = {"name": question.name, "person": dialog.about}
        if question.context:
            asked["context"] = question.context
        if listening.options:
            asked["options"] = listening.options
        if listening.ticks:
            asked["list"] = listening.ticks
        return question.kind, {**asked, **_said_again(dialog)}, listening.expects
    phrases = acts_phrases(dialog.script, dialog.language)
    if focus["on"] == "confirm":
        said = {one["name"]: one["value"] for one in focus["items"] if one["who"] == focus["items"][0]["who"]}
        listening = _listening(dialog.script, dialog.script.questions[focus["items"][0]["name"]], dialog.language)
        yes_no = dialog.script.phrases["yes_no"].get(dialog.language.replace("Hant", "Hans"), ())
        return "confirm", {"said": said, "person": focus["items"][0]["who"]}, (*yes_no, *listening.expects)
    if focus["on"] == "listing":
        yes_no = dialog.script.phrases["yes_no"].get(dialog.language.replace("Hant", "Hans"), ())
        asked = {"symptom": focus["left"][0], "person": focus["who"], **_said_again(dialog)}
        return "yes_no", asked, (*yes_no, *phrases)
    names = {who: str(household.member(dialog, who)["name"]) for who in focus["candidates"]}
    return "one_of", {"options": names, "heard": focus["heard"]}, (*names.values(), *phrases)

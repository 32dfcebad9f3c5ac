"""The household in a conversation: who is spoken of, and answers given for others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dialogs import whom
from dialogs.members import kin_name, may_be, meant
from dialogs.questions import Ear, Item, Question, Reading, item
from dialogs.symptoms import no_symptoms
from dialogs.understanding import Understood

if TYPE_CHECKING:
    from dialogs.dialog import Dialog


def member(dialog: Dialog, who: str) -> Mapping[str, Any]:
    """The roster's line of a person; of somebody unknown, only the word that was used."""
    found = next((m for m in dialog.members if str(m["id"]) == who), None)
    return found or {"id": who, "name": who.removeprefix("member:")}


def everybody(dialog: Dialog) -> list[str]:
    """The ids of the household, with those who were only spoken of."""
    known = [str(m["id"]) for m in dialog.members]
    return [*known, *(who for who in dialog.answers if who not in known)]


def names(dialog: Dialog, who: str, place: int) -> tuple[str, ...]:
    """Words by which one of several candidates may be chosen."""
    name = str(member(dialog, who)["name"])
    given = name.split(" ")[0] if name.isascii() else name[1:]
    order = (("第一个", "大的", "老大", "大儿子", "大女儿", "the first", "the older", "the eldest"),
             ("第二个", "小的", "老二", "小儿子", "小女儿", "the second", "the younger"),
             ("第三个", "老三", "the third"))  # fmt: skip
    return tuple(dict.fromkeys([name, given or name, *(order[place] if place < len(order) else ())]))


def heard_of(dialog: Dialog, ear: Ear, who: str) -> Ear:
    """The answer as one about this person, as far as its words allow."""
    return replace(ear, understood=view(dialog, ear.understood, who))


def view(dialog: Dialog, understood: Understood, who: str) -> Understood:
    """What was said, seen from the person asked about: "he has 38" speaks of him, not of the speaker."""
    if not understood.members or not (dialog.family or who != dialog.called):
        return understood
    about = [m for m in understood.members if _is_about(dialog, m.who, m.words, who)]
    if len(about) != 1:
        return understood
    said = about[0]
    return replace(
        understood,
        temperature_c=said.temperature_c or understood.temperature_c,
        symptoms_present=said.symptoms_present or understood.symptoms_present,
        symptoms_absent=said.symptoms_absent or understood.symptoms_absent,
        all_well=said.well or understood.all_well,
        members=tuple(m for m in understood.members if m is not said),
    )


_COLLECTIVE = re.compile(
    r"们|們|其他|其余|其餘|剩下|别人|別人|别的|別的|家里人|家裡人|家人|大家|全家|一家|几个|幾個|几口|老的小的|"
    r"\b(they|them|others?|rest|everyone|everybody|everything|family|nobody|no one|anyone|all)\b",
    re.IGNORECASE,
)
_PRONOUNS = frozenset({"he", "she", "him", "her", "they", "other", "他", "她"})


def _is_about(dialog: Dialog, word: str, words: str, who: str) -> bool:
    if (word.lower() in _PRONOUNS or words.lower() in _PRONOUNS) and not _COLLECTIVE.search(words):
        return True
    if dialog.family:  # the speaker's relatives: we know only whom we asked about
        return str(member(dialog, who)["name"]) in words or may_be(word, member(dialog, who))
    return who in meant(word, words, member(dialog, dialog.called), dialog.members[1:])


_REST = re.compile(
    r"都(挺|很|还|蛮)?(好|没事|没有|没啥|没什么|正常|健康|行)|其他人?.{0,3}(好|没事|正常|没)|"
    r"\b(all|everyone|everybody|the rest|others|both)\b.{0,24}\b(fine|well|okay|ok|good|healthy|all right)\b",
    re.IGNORECASE,
)
_US = re.compile(r"我们|咱|全家|一家|大家|\b(us|we|everyone|everybody)\b", re.IGNORECASE)


def rest_well(ear: Ear) -> bool:
    """Whether everybody is well whom the words do not name: "all fine, only my son coughs"."""
    u = ear.understood
    return bool(u.all_well or (u.members and _REST.search(ear.words)))


def speaker_well(ear: Ear) -> bool:
    """Whether the speaker is one of those who are well."""
    return rest_well(ear) and not ear.understood.symptoms_present and bool(_US.search(ear.words))


def mentions(dialog: Dialog, ear: Ear) -> list[Item]:
    """Answers about others at home, of whom the words speak; asks which one where several can be meant."""
    found: list[Item] = []
    speaker, others = member(dialog, dialog.called), dialog.members[1:]
    for said in ear.understood.members:
        ids = meant(said.who, said.words, speaker, others)
        if said.who == "other" and not ids:
            ids = _somebody(dialog, said)
            if not ids:
                continue
        if dialog.family and not ids:
            continue
        called = _called(dialog, said)
        who = ids[0] if len(ids) == 1 else f"member:{called}"
        items = [item(name, who, Reading("", value), ear) for name, value in _said(dialog, said)]
        if len(ids) > 1 and said.who in ("parents", "children", "kids"):
            found += [{**one, "who": each} for one in items for each in ids]
        elif len(ids) > 1 and items and (not dialog.focus or dialog.focus["on"] != "which"):
            whom.ask_which(dialog, called, ids, items)
        elif items:
            found += items
    if ear.understood.members and rest_well(ear):
        found += _all_well(dialog, ear, {one["who"] for one in found} | _unclear(dialog, ear))
    return found


def _unclear(dialog: Dialog, ear: Ear) -> set[str]:
    """Those who were named, but nothing that we understood was said of them: they are to be asked about."""
    speaker, others = member(dialog, dialog.called), dialog.members[1:]
    return {
        who
        for said in ear.understood.members
        if said.who != "other" and not (said.well or said.symptoms_present or said.symptoms_absent)
        for who in meant(said.who, said.words, speaker, others)
    }


def _called(dialog: Dialog, said: Any) -> str:
    """The word for a relative, as we say it; where we have none, as it was said."""
    words = dialog.script.words[dialog.language]
    return words.get(kin_name(said.who)) or str(said.words or said.who)


def _somebody(dialog: Dialog, said: Any) -> list[str]:
    """Whom a bare "he" or "she" can mean: anybody else at home; "they" and "the others" are nobody in particular."""
    return [] if _COLLECTIVE.search(said.words) else [str(m["id"]) for m in dialog.members[1:]]


def _said(dialog: Dialog, said: Any) -> list[tuple[str, Any]]:
    values: list[tuple[str, Any]] = []
    for question in dialog.script.questions.values():
        if question.kind == "temperature" and said.temperature_c is not None:
            values.append((question.name, round(said.temperature_c, 1)))
        if question.kind == "symptoms" and (said.symptoms_present or said.symptoms_absent or said.well):
            value = {"present": list(said.symptoms_present), "absent": list(said.symptoms_absent)}
            values.append((question.name, no_symptoms() if said.well and not said.symptoms_present else value))
    return values


def as_known(dialog: Dialog, reading: Reading) -> Reading:
    """How the others are, together with what was said of them before: not all are well where one is known to be ill."""
    ill = reading.meaning == "well" and somebody_ill(dialog)
    return replace(reading, meaning="ill", value="ill") if ill else reading


def somebody_ill(dialog: Dialog) -> bool:
    """Whether one of the others at home is known to have symptoms."""
    return any(_ill(answers) for who, answers in dialog.answers.items() if who != dialog.called)


def feverish(dialog: Dialog, who: str) -> bool:
    """Whether a person is known to have a fever, measured or felt."""
    answers = dialog.answers.get(who, {})
    for question in dialog.script.questions.values():
        value = answers.get(question.name)
        if question.context == "fever" and value is True:
            return True
        if question.kind == "temperature" and value is not None and value >= float(dialog.value("fever_c")):
            return True
    return False


def _ill(answers: Mapping[str, Any]) -> bool:
    return any(isinstance(value, dict) and value.get("present") for value in answers.values())


def spread(dialog: Dialog, reading: Reading, ear: Ear, items: list[Item]) -> list[Item]:
    """The answers about the others that "they are all fine" holds."""
    spoken_of = {one["who"] for one in items} | _unclear(dialog, ear)
    alone = [str(m["id"]) for m in dialog.members[1:]]
    if ear.understood.symptoms_present and not ear.understood.members and len(alone) == 1:
        value = {"present": list(ear.understood.symptoms_present), "absent": list(ear.understood.symptoms_absent)}
        return [*items, *(item(name, alone[0], Reading("some", value), ear) for name in _symptoms(dialog))]
    if (reading.meaning != "apart" and _all_others(dialog, reading, ear)) or rest_well(ear):
        return items + _all_well(dialog, ear, spoken_of)
    return items


def _symptoms(dialog: Dialog) -> list[str]:
    """The name of the answer about symptoms, where the script has one."""
    return [question.name for question in dialog.script.questions.values() if question.kind == "symptoms"][:1]


def _all_others(dialog: Dialog, reading: Reading, ear: Ear) -> bool:
    """Whether everybody else at home is called well at once."""
    said = ear.understood.members
    return not said and (reading.meaning == "well" or bool(ear.understood.all_well))


def _all_well(dialog: Dialog, ear: Ear, spoken_of: set[str]) -> list[Item]:
    asked = dialog.focus["candidates"] if dialog.focus and dialog.focus["on"] == "which" else ()
    return [
        item(name, who, Reading("none", no_symptoms()), ear)
        for name in _symptoms(dialog)
        for who in (str(m["id"]) for m in dialog.members)
        if who not in spoken_of
        and who not in asked
        and who != dialog.called
        and name not in dialog.answers.get(who, {})
    ]


def conclude_others(dialog: Dialog, question: Question) -> None:
    """Where everybody at home was spoken of already, the question how they are is answered."""
    if question.kind != "members" or question.name in dialog.answers.get(dialog.about, {}):
        return
    names = [q.name for q in dialog.script.questions.values() if q.kind == "symptoms"]
    known = [dialog.answers.get(str(m["id"]), {}).get(names[0]) for m in dialog.members[1:]] if names else []
    if known and all(value is not None for value in known):
        ill = any(value["present"] for value in known if value)
        dialog.answers.setdefault(dialog.about, {})[question.name] = "ill" if ill else "well"

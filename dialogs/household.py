"""The household in a conversation: who is spoken of, and answers given for others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dialogs import focus
from dialogs.members import meant
from dialogs.questions import Ear, Item, Question, Reading, item
from dialogs.readers import no_symptoms
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


def view(dialog: Dialog, understood: Understood) -> Understood:
    """What was said, seen from the person asked about: "he has 38" speaks of him, not of the speaker."""
    if not dialog.proxy or not understood.members:
        return understood
    about = [m for m in understood.members if _is_about(dialog, m.who, m.words)]
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


_PRONOUNS = frozenset({"he", "she", "him", "her", "they", "other", "他", "她"})


def _is_about(dialog: Dialog, word: str, words: str) -> bool:
    if word.lower() in _PRONOUNS or words.lower() in _PRONOUNS:
        return True
    if dialog.family:
        return len(dialog.members) == 1 or str(member(dialog, dialog.about)["name"]) in words
    return dialog.about in meant(word, words, member(dialog, dialog.called), dialog.members[1:])


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
        who = ids[0] if len(ids) == 1 else f"member:{said.words or said.who}"
        items = [item(name, who, Reading("", value), ear) for name, value in _said(dialog, said)]
        if len(ids) > 1 and said.who in ("parents", "children", "kids"):
            found += [{**one, "who": each} for one in items for each in ids]
        elif len(ids) > 1 and items and not dialog.focus:
            focus.ask_which(dialog, said.words or said.who, ids, items)
        elif items:
            found += items
    if ear.understood.members and rest_well(ear):
        found += _all_well(dialog, ear, {one["who"] for one in found})
    return found


def _somebody(dialog: Dialog, said: Any) -> list[str]:
    """Whom a bare "he" or "she" can mean: anybody else at home; "they" is nobody in particular."""
    plural = re.search(r"们|們|\b(they|them|others|everyone|everybody)\b", said.words, re.IGNORECASE)
    return [] if plural else [str(m["id"]) for m in dialog.members[1:]]


def _said(dialog: Dialog, said: Any) -> list[tuple[str, Any]]:
    values: list[tuple[str, Any]] = []
    for question in dialog.script.questions.values():
        if question.kind == "temperature" and said.temperature_c is not None:
            values.append((question.name, round(said.temperature_c, 1)))
        if question.kind == "symptoms" and (said.symptoms_present or said.symptoms_absent or said.well):
            value = {"present": list(said.symptoms_present), "absent": list(said.symptoms_absent)}
            values.append((question.name, no_symptoms() if said.well and not said.symptoms_present else value))
    return values


def spread(dialog: Dialog, reading: Reading, ear: Ear, items: list[Item]) -> list[Item]:
    """The answers about the others that "they are all fine" holds."""
    spoken_of = {one["who"] for one in items}
    if (reading.meaning == "well" and not ear.understood.members) or rest_well(ear):
        return items + _all_well(dialog, ear, spoken_of)
    return items


def _all_well(dialog: Dialog, ear: Ear, spoken_of: set[str]) -> list[Item]:
    names = [question.name for question in dialog.script.questions.values() if question.kind == "symptoms"]
    asked = dialog.focus["candidates"] if dialog.focus and dialog.focus["on"] == "which" else ()
    return [
        item(name, who, Reading("none", no_symptoms()), ear)
        for name in names[:1]
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

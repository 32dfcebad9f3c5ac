"""Who at home is meant: words like 儿子 or "my wife" brought to the members of the household on the roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Member = Mapping[str, Any]  # id, name, relation, sex, birth_year, as the roster has them


@dataclass(frozen=True, slots=True)
class Kin:
    """What a word for a relative says: relations that fit, sex, and how many years older (+) or younger than we are."""

    relations: frozenset[str]
    sex: str = ""
    older: tuple[int, int] = (-120, 120)


_PARENT, _CHILD, _GRAND, _OLD, _PEER = (14, 60), (-60, -14), (-120, -30), (30, 120), (-30, 30)


def _kin(relations: str, sex: str = "", older: tuple[int, int] = (-120, 120)) -> Kin:
    return Kin(frozenset(relations.split()), sex, older)


KIN: dict[str, Kin] = {
    "son": _kin("son child", "m", _CHILD), "daughter": _kin("daughter child", "f", _CHILD),
    "child": _kin("son daughter child", "", _CHILD), "baby": _kin("son daughter child grandson granddaughter", "", _CHILD),
    "wife": _kin("wife spouse", "f", _PEER), "husband": _kin("husband spouse", "m", _PEER),
    "spouse": _kin("wife husband spouse", "", _PEER), "partner": _kin("wife husband spouse partner", "", _PEER),
    "mother": _kin("mother parent", "f", _PARENT), "father": _kin("father parent", "m", _PARENT),
    "parent": _kin("mother father parent", "", _PARENT), "parents": _kin("mother father parent", "", _PARENT),
    "mother_in_law": _kin("mother parent mother_in_law", "f", _PARENT),
    "father_in_law": _kin("father parent father_in_law", "m", _PARENT),
    "grandmother": _kin("grandmother grandparent", "f", _OLD), "grandfather": _kin("grandfather grandparent", "m", _OLD),
    "grandson": _kin("grandson grandchild", "m", _GRAND), "granddaughter": _kin("granddaughter grandchild", "f", _GRAND),
    "grandchild": _kin("grandson granddaughter grandchild", "", _GRAND),
    "brother": _kin("brother sibling", "m", _PEER), "sister": _kin("sister sibling", "f", _PEER),
    "daughter_in_law": _kin("daughter_in_law", "f", _CHILD), "son_in_law": _kin("son_in_law", "m", _CHILD),
}  # fmt: skip

_ROSTER = {
    "妻子": "wife", "妻": "wife", "老婆": "wife", "丈夫": "husband", "夫": "husband", "老公": "husband",
    "配偶": "spouse", "儿子": "son", "子": "son", "长子": "son", "次子": "son", "女儿": "daughter", "女": "daughter",
    "长女": "daughter", "次女": "daughter", "子女": "child", "孩子": "child", "母亲": "mother", "父亲": "father",
    "父母": "parent", "孙子": "grandson", "孙女": "granddaughter", "爷爷": "grandfather", "奶奶": "grandmother",
    "祖父": "grandfather", "祖母": "grandmother", "兄弟": "brother", "姐妹": "sister", "儿媳": "daughter_in_law",
    "女婿": "son_in_law",
}  # fmt: skip
_HEADS = ("head", "self", "户主", "本人", "")


def meant(word: str, words: str, speaker: Member, others: Sequence[Member]) -> list[str]:
    """The ids of those whom a word (`son`) or the words as spoken (小明, my boy) can mean; empty: nobody we know."""
    named = [m["id"] for m in others if _is_named(m, words) or _is_named(m, word)]
    if named:
        return named
    kin = KIN.get(word.replace("-", "_").replace(" ", "_").lower())
    if kin is None:
        return []
    related = [m["id"] for m in others if _relation(m) in kin.relations and _sex_fits(m, kin)] if _is_head(speaker) else []
    return related or [m["id"] for m in others if _sex_fits(m, kin) and _age_fits(m, speaker, kin)]


def _is_named(member: Member, words: str) -> bool:
    name = str(member.get("name") or "")
    given = name[1:] if len(name) > 2 and not name.isascii() else name.split(" ")[0] if name.isascii() else name
    return len(given) > 1 and (name.lower() in words.lower() or given.lower() in words.lower())


def _relation(member: Member) -> str:
    relation = str(member.get("relation") or "").strip().lower()
    return _ROSTER.get(relation, relation)


def _is_head(member: Member) -> bool:
    return str(member.get("relation") or "").strip().lower() in _HEADS


def _sex_fits(member: Member, kin: Kin) -> bool:
    sex = sex_of(member)
    return not kin.sex or not sex or sex == kin.sex


def sex_of(member: Member) -> str:
    """m, f, or blank."""
    said = str(member.get("sex") or "").strip().lower()
    return {"男": "m", "male": "m", "m": "m", "女": "f", "female": "f", "f": "f"}.get(said, "")


def _age_fits(member: Member, speaker: Member, kin: Kin) -> bool:
    mine, theirs = speaker.get("birth_year"), member.get("birth_year")
    if not mine or not theirs:
        return _relation(member) in kin.relations or not member.get("relation")
    return kin.older[0] <= int(mine) - int(theirs) <= kin.older[1]

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

    @property
    def own(self) -> frozenset[str]:
        """Relations that the roster may name as such: in-laws, room-mates."""
        return self.relations - frozenset(_GENERATION)


_PARENT, _CHILD, _GRAND, _OLD, _PEER = (14, 60), (-60, -14), (-120, -30), (30, 120), (-30, 30)


def _kin(relations: str, sex: str = "", older: tuple[int, int] = (-120, 120)) -> Kin:
    return Kin(frozenset(relations.split()), sex, older)


KIN: dict[str, Kin] = {
    "son": _kin("child", "m", _CHILD), "daughter": _kin("child", "f", _CHILD),
    "child": _kin("child", "", _CHILD),
    "baby": _kin("child grandchild", "", _CHILD),
    "wife": _kin("spouse", "f", _PEER), "husband": _kin("spouse", "m", _PEER),
    "spouse": _kin("spouse", "", _PEER), "partner": _kin("spouse", "", _PEER),
    "mother": _kin("parent", "f", _PARENT), "father": _kin("parent", "m", _PARENT),
    "parent": _kin("parent", "", _PARENT), "parents": _kin("parent", "", _PARENT),
    "mother_in_law": _kin("parent mother_in_law", "f", _PARENT),
    "father_in_law": _kin("parent father_in_law", "m", _PARENT),
    "grandmother": _kin("grandparent", "f", _OLD),
    "grandfather": _kin("grandparent", "m", _OLD),
    "grandson": _kin("grandchild", "m", _GRAND),
    "granddaughter": _kin("grandchild", "f", _GRAND),
    "grandchild": _kin("grandchild", "", _GRAND),
    "brother": _kin("sibling", "m", _PEER), "sister": _kin("sibling", "f", _PEER),
    "room_mate": _kin("room_mate"), "flatmate": _kin("room_mate"), "roommate": _kin("room_mate"),
    "daughter_in_law": _kin("child daughter_in_law", "f", _CHILD),
    "son_in_law": _kin("child son_in_law", "m", _CHILD),
}  # fmt: skip

_ROSTER = {
    "妻子": "wife", "妻": "wife", "老婆": "wife", "丈夫": "husband", "夫": "husband", "老公": "husband",
    "配偶": "spouse", "儿子": "son", "子": "son", "长子": "son", "次子": "son", "女儿": "daughter", "女": "daughter",
    "长女": "daughter", "次女": "daughter", "子女": "child", "孩子": "child", "母亲": "mother", "父亲": "father",
    "父母": "parent", "孙子": "grandson", "孙女": "granddaughter", "爷爷": "grandfather", "奶奶": "grandmother",
    "祖父": "grandfather", "祖母": "grandmother", "兄弟": "brother", "姐妹": "sister", "儿媳": "daughter_in_law",
    "户主": "head", "本人": "head", "self": "head", "室友": "room_mate",
    "女婿": "son_in_law",
}  # fmt: skip
_GENERATION = {
    "head": 0, "spouse": 0, "wife": 0, "husband": 0, "partner": 0, "sibling": 0, "brother": 0, "sister": 0,
    "child": -1, "son": -1, "daughter": -1, "grandchild": -2, "grandson": -2, "granddaughter": -2,
    "parent": 1, "father": 1, "mother": 1, "grandparent": 2, "grandfather": 2, "grandmother": 2,
}  # fmt: skip
_COUPLE = ("head", "spouse", "wife", "husband", "partner")
_SEEN = {1: "parent", 2: "grandparent", -1: "child", -2: "grandchild"}


def _plain(word: str) -> str:
    return word.replace("-", "").replace(" ", "").replace("_", "").lower()


_FOR_THE_CHILDREN = {"grandmother": "mother", "grandfather": "father"}  # 爷爷: so the children call our father
_BY_WORD = {_plain(word): kin for word, kin in KIN.items()}


def may_be(word: str, member: Member) -> bool:
    """Whether a word for a relative can be used of this person by somebody whom we do not know."""
    kin = _BY_WORD.get(_plain(word))
    return kin is not None and _sex_fits(member, kin)


def kin_name(word: str) -> str:
    """A word for a relative under the name that `KIN` has for it: "mother in law" is mother_in_law."""
    return next((name for name in KIN if _plain(name) == _plain(word)), word)


def meant(word: str, words: str, speaker: Member, others: Sequence[Member]) -> list[str]:
    """The ids of those whom a word (`son`) or the words as spoken (小明, my boy) can mean; empty: nobody we know."""
    named = [str(m["id"]) for m in others if _is_named(m, words) or _is_named(m, word)]
    if named:
        return named
    kin = _BY_WORD.get(_plain(word))
    if kin is None:
        return []
    fitting = [m for m in others if _sex_fits(m, kin)]
    related = [str(m["id"]) for m in fitting if _seen(speaker, m) in kin.relations or _relation(m) in kin.own]
    if not related and kin.relations == {"spouse"}:  # 爱人 is wife or husband
        related = [str(m["id"]) for m in others if _seen(speaker, m) == "spouse"]
    if not related and (nearer := _FOR_THE_CHILDREN.get(kin_name(word))):
        return meant(nearer, words, speaker, others)
    return related or [str(m["id"]) for m in fitting if not _seen(speaker, m) and _age_fits(m, speaker, kin)]


def _seen(speaker: Member, member: Member) -> str:
    """What a member is to the speaker (spouse, child, parent ...), worked out from what both are to the head."""
    mine, theirs = _relation(speaker), _relation(member)
    if mine not in _GENERATION or theirs not in _GENERATION:
        return ""
    apart = _GENERATION[theirs] - _GENERATION[mine]
    if apart:
        return _SEEN.get(apart, "")
    both_parents = _GENERATION[mine] > 0
    return "spouse" if both_parents or (mine in _COUPLE and theirs in _COUPLE) else "sibling"


def _is_named(member: Member, words: str) -> bool:
    name = str(member.get("name") or "")
    given = name[1:] if len(name) > 2 and not name.isascii() else name.split(" ")[0] if name.isascii() else name
    return len(given) > 1 and (name.lower() in words.lower() or given.lower() in words.lower())


def _relation(member: Member) -> str:
    relation = str(member.get("relation") or "head").strip().lower().replace(" ", "_")
    return _ROSTER.get(relation, relation)


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
        return not member.get("relation")
    return kin.older[0] <= int(mine) - int(theirs) <= kin.older[1]

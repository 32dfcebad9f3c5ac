"""What people do instead of answering: the ten acts, by their precedence."""

from functools import cache

from dialogs.understanding.items import Item
from dialogs.understanding.lexicon import Lexicon, Mention, layer, outermost, words
from dialogs.understanding.tree import Label
from dialogs.understanding.understood import ACTS

_PAST = {"longago", "unityear", "unitmonth", "halfyear", "month", "d2"}


@cache
def _layer() -> Lexicon:
    return layer("act")


def acts(keys: list[str], row: list[Item]) -> list[Mention]:
    """The acts that the answer performs, by their precedence; label.name is the act."""
    found = _layer().scan_all(keys)
    if not found:
        return []
    if len(found) > 2 * _MANY:
        found = found[:_MANY] + found[-_MANY:]
    masks = [m for m in found if _mask(m.label.name)]
    unreal = [m for m in found if m.label.name == "unreal" and not _masked(masks, m)]
    done = [m for m in outermost(found) if m.label.name not in ("unreal", "none") and not _masked(masks, m)]
    done = [whole for m in done if (whole := _alone(keys, m))]
    done = [m for m in done if m.label.name != "emergency" or not _unreal(keys, unreal, m)]
    done = [m for m in done if m.label.name != "emergency" or not _long_past(row, m)]
    done = [m for m in done if m.label.name != "emergency" or not (_mild(keys, row, m) or _denied(keys, row, m))]
    done = [m for m in done if m.label.name not in ("repeat", "wrong_number") or _owner(row, m) in _STRANGERS]
    done = [m for m in done if m.label.name != "correction" or not _same_breath(keys, row, m)]
    return sorted(done, key=lambda mention: ACTS.index(mention.label.name))


_MANY = 60  # words of acts at each end of an answer that are looked at: each is held to the others
_STRANGERS = ("", "they", "them", "patient", "colleague", "neighbour", "friend")


def _mask(name: str) -> bool:
    return name == "none" or name.startswith("not ")


def _masked(masks: list[Mention], mention: Mention) -> bool:
    """Whether words that only look like this act lie over it: 'none' for all acts, 'not refuse' for one."""
    if _mask(mention.label.name):
        return True
    names = ("none", "not " + mention.label.name.partition(" ")[0])
    return any(
        m.label.name in names and m.first < mention.end and mention.first < m.end and not _within(m, mention)
        for m in masks
    )


def _within(inner: Mention, outer: Mention) -> bool:
    """Whether a mention is only a piece of a longer one."""
    shorter = inner.end - inner.first < outer.end - outer.first
    return shorter and outer.first <= inner.first and inner.end <= outer.end


def _alone(keys: list[str], mention: Mention) -> Mention | None:
    """Words of a name like 'repeat alone' count only when nothing else is said, 'apart' in their clause."""
    name, _, alone = mention.label.name.partition(" ")
    if not alone:
        return mention
    before, after = keys[: mention.first], keys[mention.end :]
    if alone == "apart":
        if "、" in before[-1:] + after[:1]:
            return None  # 接孩子、买菜、做饭，三点一线
        before, after = _clause_before(before), _clause_after(after)
    asked = after[:1] == ["?"] and (not before or before[-1] in _SIGNS)
    if not asked and (set(before) - _SIGNS or set(after) - _TAIL - _SIGNS):
        return None
    return Mention(Label(mention.label.topic, name), mention.first, mention.end)


def _clause_before(keys: list[str]) -> list[str]:
    start = next((at + 1 for at in range(len(keys) - 1, -1, -1) if keys[at] in _SIGNS), 0)
    return [key for key in keys[start:] if key not in words("small", "filler") and key not in words("small", "me")]


def _clause_after(keys: list[str]) -> list[str]:
    return keys[: next((at for at, key in enumerate(keys) if key in _SIGNS), len(keys))]


def _unreal(keys: list[str], unreal: list[Mention], mention: Mention) -> bool:
    """Whether the same sentence says that it is a film, a fear or a story of the past."""
    return any(
        _ENDS.isdisjoint(keys[min(other.end, mention.end) : max(other.first, mention.first)]) for other in unreal
    )


_ENDS = frozenset(".?!;。\n")
_SIGNS = frozenset(",.?!;。、…~-:\n")
_TAIL = frozenset(
    ("啊", "呀", "呢", "吧", "吗", "哦", "嘛", "了", "please", "love", "dear", "sir", "now", "mate", "?", "!", ".")
)


def _long_past(row: list[Item], mention: Mention) -> bool:
    """Whether an emergency is told of long ago: a time in its clause that is not of now."""
    clause = next((item.clause for item in reversed(row) if item.first <= mention.first), 0)
    return any(item.topic == "time" and item.name in _PAST and abs(item.clause - clause) <= 1 for item in row)


def _mild(keys: list[str], row: list[Item], mention: Mention) -> bool:
    """'A bit hard to breathe on the stairs' is a symptom, no cry for help."""
    symptom = any(item.topic == "symptom" and item.first < mention.end and mention.first < item.end for item in row)
    return symptom and any(key in words("small", "mild") for key in keys[max(mention.first - 3, 0) : mention.first])


def _denied(keys: list[str], row: list[Item], mention: Mention) -> bool:
    """'I'm not short of breath': words of an emergency that are a symptom denied; 不喘气了 denies by itself."""
    return any(
        item.topic == "symptom"
        and item.status == "-"
        and item.first < mention.end
        and mention.first < item.end
        and words("small", "denying").isdisjoint(keys[mention.first : item.first])
        for item in row
    )


def _same_breath(keys: list[str], row: list[Item], mention: Mention) -> bool:
    """三十六度一，看错了，三十六度七: a number put right before anybody took it down."""
    if keys[mention.first].isascii() or not words("small", "earlier").isdisjoint(keys[: mention.first]):
        return False
    said = [item for item in row if item.number]
    before = [item for item in said if item.end <= mention.first]
    after = [item for item in said if item.first >= mention.end]
    return bool(before and after) and before[0].first <= _LEAD and mention.end - mention.first <= _BRIEF


_LEAD = 3  # tokens before the first number of an answer that gives it
_BRIEF = 4  # tokens of 看错了, 说错了


def _owner(row: list[Item], mention: Mention) -> str:
    """Whose clause the words stand in: the grandmother who cannot hear asks for nothing."""
    return next((item.who for item in reversed(row) if item.first <= mention.first), "")

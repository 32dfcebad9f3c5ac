"""Yes or no to the question asked, put in whatever way."""

from bisect import bisect_left, bisect_right
from functools import cache

from dialogs.understanding.clauses import questions
from dialogs.understanding.items import Item
from dialogs.understanding.lexicon import Lexicon, Mention, layer, outermost, words
from dialogs.understanding.text import is_sign
from dialogs.understanding.tree import Label

YesNo = tuple[str, int, int]  # "yes" or "no", first token, end token


@cache
def _layer() -> Lexicon:
    return layer("answer")


def answer_words(keys: list[str], row: list[Item], act: Mention | None = None) -> list[tuple[Mention, Item | None]]:
    """Words that answer by themselves, with the item they stand beside, less those that deny a symptom or trip."""
    found: list[tuple[Mention, Item | None]] = []
    covered = -1
    scanned = outermost(_layer().scan_all(keys))
    masked = {at for m in scanned if m.label.name == "none" for at in range(m.first, m.end)}
    if act and act.label.name != "dont_know" and (act.label.name != "correction" or not keys[act.first].isascii()):
        masked.update(range(act.first, act.end))
    if "?" in keys:
        masked |= questions(keys)
    firsts = [item.first for item in row]
    for mention in scanned:
        if mention.end <= covered or not masked.isdisjoint(range(mention.first, mention.end)):
            continue
        if mention.end - mention.first == 1 and not _stands_alone(keys, mention):
            continue
        covered = mention.end
        name, _, alone = mention.label.name.partition(" ")
        if alone:
            if not _by_itself(keys, mention):
                continue
            mention = mention._replace(label=Label("answer", name))
        place = bisect_right(firsts, mention.first)
        near = row[place - 1] if place else None
        following = bisect_left(firsts, mention.end)
        after = row[following] if following < len(row) else None
        inside = any(
            item.first <= mention.first
            and item.end > mention.end
            and (item.name != "over" or mention.label.name != "well")
            for item in row[max(place - 6, 0) : place]
        )
        if not inside and not _governs(mention, after):
            found.append((mention, near))
    return found


def _by_itself(keys: list[str], mention: Mention) -> bool:
    """'Good', 'all': words that answer only where the clause says nothing else; names like 'well alone'."""
    first, end = mention.first, mention.end
    while first and (keys[first - 1] in words("small", "filler") or keys[first - 1] in words("small", "me")):
        first -= 1
    while end < len(keys) and keys[end] in words("small", "filler"):
        end += 1
    return (not first or not keys[first - 1].isalnum()) and (end == len(keys) or not keys[end].isalnum())


def _stands_alone(keys: list[str], mention: Mention) -> bool:
    """A single character (是, 不, 有) answers only by itself or with a particle, at the edge of a clause."""
    if keys[mention.first].isascii() or not keys[mention.first].isalpha():
        return True
    after = keys[mention.end : mention.end + 1]
    before = keys[mention.first - 1 : mention.first] if mention.first else []
    loose = words("small", "filler")
    return (not after or is_sign(after[0]) or after[0] in _PARTICLES or after[0].isascii()) and (
        not before or is_sign(before[0]) or before[0] in loose or before[0] in _BEFORE or before == after
    )


_PARTICLES = frozenset("ㄛㄚㄟㄜ囉啰噻撒嗦蛤唷啊呀呢吧哦嘛哇咧啦喔㗎架嘅喇嘞哩诶欸哈哟了的滴哒没不冇谢辛")
_BEFORE = frozenset("我俺嗯唔啊哦肯就倒")


def _governs(mention: Mention, after: Item | None) -> bool:
    """Whether the word goes on to a symptom or a journey: 'no cough' answers nothing else."""
    return bool(after and after.topic in ("symptom", "contact", "trouble") and after.first - mention.end <= 1)


def about_symptoms(keys: list[str], row: list[Item], act: Mention | None, present: bool, absent: bool) -> YesNo | None:
    """Answer to 'any symptoms': words of health deny them all, and a nod before a denial affirms nothing."""
    said = bare(keys, row, act)
    healthy = None if present else well(keys, row)
    if said and healthy and said[0] == "yes" and healthy[1] >= said[2]:
        return healthy  # 头先仲有啲头晕，而家冇事喇
    if said and (said[0] == "no" or present or not (healthy or absent) or not _nod(keys, row, said)):
        return said
    return healthy or unwell(keys, row)


def unwell(keys: list[str], row: list[Item]) -> YesNo | None:
    """浑身不舒服 says yes to 'any symptoms', 没觉得哪儿不舒服 says no."""
    for mention, item in answer_words(keys, row):
        if mention.label.name != "unwell" or (item and item.who and item.first != mention.first):
            continue
        first = mention.first
        while first and keys[first - 1] in words("small", "finding"):
            first -= 1
        denied = first and keys[first - 1] in ("没", "冇", "无", "未", "不", "唔")
        return "no" if denied else "yes", mention.first, mention.end
    return None


def _nod(keys: list[str], row: list[Item], said: YesNo) -> bool:
    """Whether a yes is only one of the weak words (嗯, ok) or a thumb."""
    return keys[said[1]] in _THUMBS or any(
        m.label.name == "weakyes" and m.first == said[1] for m, _ in answer_words(keys, row)
    )


_THUMBS = ("👍", "✅", "👌", "🆗", "✔", "💯")


def bare(keys: list[str], row: list[Item], act: Mention | None = None) -> YesNo | None:
    """The answer that stands in plain words, strong words before weak ones, a second thought before a first."""
    said = [
        (m, item)
        for m, item in answer_words(keys, row, act)
        if not (item and item.who and (item.first != m.first or item.topic == "symptom"))
    ]
    if any(m.label.name == "unsure" for m, _ in said):
        return None
    strong = [m for m, _ in said if m.label.name in ("yes", "no", "hedged", "formerly")]
    weak = [m for m, _ in said if m.label.name == "weakyes"]
    if strong:
        chosen = strong[0]
        last = strong[-1]
        if (chosen.label.name == "no") != (last.label.name == "no") and _turned(row, chosen, last):
            chosen = last
        name = "yes" if chosen.label.name in ("hedged", "formerly") else chosen.label.name
        return name, chosen.first, chosen.end
    return ("yes", weak[0].first, weak[0].end) if weak else None


def _beside(item: Item, said: Mention) -> bool:
    """Whether an item beside an answer, or a symptom that is the answer (烧了), says whose it is."""
    return item.first != said.first or item.topic == "symptom"


def well(keys: list[str], row: list[Item]) -> YesNo | None:
    """'All fine', 'never felt better': a denial of every symptom, where it is about the respondent."""
    for mention, item in answer_words(keys, row):
        if mention.label.name == "well" and not (item and item.who and item.first != mention.first):
            return "no", mention.first, mention.end
    return None


def _turned(row: list[Item], first: Mention, last: Mention) -> bool:
    return any(i.topic == "cue" and i.name in ("but", "repair") and first.end <= i.first <= last.first for i in row)


def about_fever(keys: list[str], row: list[Item], act: Mention | None = None) -> YesNo | None:
    """Answer to 'do you have a fever'."""
    fevers = [item for item in row if item.topic == "symptom" and item.name == "fever" and not item.who]
    if fevers:
        last = fevers[-1]
        if last.status == "?":
            return None
        return ("yes" if last.status == "+" else "no"), last.first, last.end
    for mention, _ in answer_words(keys, row, act):
        if mention.label.name == "formerly":
            return "no", mention.first, mention.end
    for at, item in enumerate(row):
        if (
            item.topic == "cue"
            and item.name in ("over", "still", "notgone")
            and not item.who
            and not _about_other(row, item)
        ):
            denied = at and row[at - 1].topic == "cue" and row[at - 1].name in ("neg", "negv")
            gone = (item.name == "over") != bool(denied)
            return ("no" if gone else "yes"), item.first, item.end
    said = about_symptoms(keys, row, act, present=False, absent=False)
    return said or (_going_on(keys, row) or _it_is_another(keys, row) if act is None else None)


def _going_on(keys: list[str], row: list[Item]) -> YesNo | None:
    """'Since this morning', 'about a week now', 'started yesterday': who tells how long, has it."""
    if len(keys) > _SHORT or "?" in keys or any((i.topic, i.name) in _NOT_MINE or i.who for i in row):
        return None
    time = next((item for item in row if item.topic == "time"), None)
    begun = any(item.topic == "cue" and item.name in ("start", "since") for item in row)
    lasting = begun or not {"for", "now", "since", "started", "began"}.isdisjoint(keys)
    return ("yes", time.first, time.end) if time and lasting else None


_SHORT = 12  # words of an answer that tells nothing but how long
_NOT_MINE = {("cue", name) for name in ("neg", "negv", "over", "past", "unsure", "raised", "longpast", "future")} | {
    ("contact", "trip"), ("contact", "went"), ("time", "longago"), ("person", "they"), ("contact", "ill"),
}  # fmt: skip


def _it_is_another(keys: list[str], row: list[Item]) -> YesNo | None:
    """是我家那口子在烧: the one who has it is named, and it is not me."""
    for item in row:
        before = keys[max(item.first - 3, 0) : item.first]
        if item.topic == "person" and item.who and any(key in ("是", "系") for key in before):
            theirs = [i for i in row if i.topic == "symptom" and i.name == "fever" and i.who and i.status == "+"]
            if theirs:
                return "no", theirs[0].first, theirs[0].end
    return None


def _about_other(row: list[Item], item: Item) -> bool:
    return any(other.topic == "symptom" and other.clause == item.clause for other in row)

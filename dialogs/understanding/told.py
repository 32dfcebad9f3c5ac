"""What each clause of a Chinese answer tells of the people at home: numbers, pairs, people named."""

import itertools
from dataclasses import dataclass, field

from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item
from dialogs.understanding.syllables import syllable
from dialogs.understanding.tally import NOT_AT_HOME, SEVERAL
from dialogs.understanding.text import is_sign

_FIXED = {"couple2": 2, "three3": 3}
_DEGREES = ("degree", "point", "celsius", "fahrenheit")
_DESCRIBED = 12  # tokens between a number and the people described behind it
_MOST = 60  # people in one home


@dataclass(slots=True)
class Told:
    """One statement: a 'total' of all, 'others' than me, or people in a 'list', at tokens first..end-1."""

    kind: str
    people: int
    first: int
    end: int
    clause: int
    me: bool = False  # the one who answers is among them
    plus: bool = False  # comes to what was said before
    loose: bool = False  # a number without a noun


@dataclass(slots=True)
class Clause:
    """What lies between two signs, and what it says of all its people."""

    first: int
    end: int
    number: int
    items: list[Item] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)
    included: int = 0  # the token after which people are counted in already


class Teller:
    """The statements of a clause, from left to right; `seen` are those named so far."""

    def __init__(self, keys: list[str], clauses: list[Clause]) -> None:
        self.keys, self.clauses, self.clause = keys, clauses, clauses[0] if clauses else Clause(0, 0, 0)
        self.seen: set[str] = set()
        self.used = 0
        self.starts: dict[int, Item] = {}  # people by their first token
        self.firsts: dict[int, list[Item]] = {}  # the items of the clause by their first token
        self.ends: dict[int, list[Item]] = {}  # and by their end
        self.last_of: tuple[int, int] = (-1, -1)  # the first tokens of the last number and the last people
        self.listed, self.with_me = 0, False  # how many were named so far, and whether I am among them
        self.me_at = next((at for at, key in enumerate(keys) if key in small("self")), len(keys))
        self.plus_me = keys[self.me_at - 1 : self.me_at] == ["加"] or keys[self.me_at - 2 : self.me_at] == ["加", "上"]

    def tell(self, clause: Clause) -> None:
        """Fill the clause with what it tells."""
        self.clause, self.used = clause, clause.first
        if "alone" in clause.flags and "withme" not in clause.flags:
            return
        self.starts = {item.first: item for item in clause.items if _person(item) or self._lives_here(item)}
        self.firsts, self.ends = {}, {}
        for item in clause.items:
            self.firsts.setdefault(item.first, []).append(item)
            self.ends.setdefault(item.end, []).append(item)
        numbers = [item.first for item in clause.items if item.number]
        self.last_of = max(numbers, default=-1), max(self.starts, default=-1)
        counts = not clause.flags & {"away", "coming"}
        for at, item in enumerate(self.clause.items):
            if item.first < self.used:
                continue
            told = None
            if item.number:
                told = self._number(at, item)
            elif item.topic == "count" and item.name in _FIXED:
                told = self._fixed(item)
            elif self.starts.get(item.first) is item:
                told = self._named(item)
            if told:
                told.plus = self._joined(told.first)
                self.clause.told.append(told)
                self.used = told.end
                if counts and told.kind == "list":
                    self.listed, self.with_me = self.listed + told.people, self.with_me or told.me

    def _told(self, kind: str, people: int, item: Item, end: int, **more: bool) -> Told:
        return Told(kind, people, item.first, end, self.clause.number, **more)

    def _number(self, at: int, item: Item) -> Told | None:
        people = _whole(item)
        if people is None or self.keys[item.first] == "几" or self._of_thing(item):
            return None
        if self.keys[item.end : item.end + 1] == ["+"]:
            return self._sum(at, item)
        end, classifier = self._classified(at, item)
        paired = self._behind_noun(item, people, end)
        if paired or (people == 1 and classifier == "people" and self._each_one(item)):
            return paired
        if people == 1 and self.keys[item.first - 1] in small("passing"):
            return None  # 今天来一个明天走一个
        noun = self._noun(end, bool(classifier))
        if noun:
            return self._with_noun(item, people, noun)
        if classifier in ("grown", "minors"):
            return self._told("list", people, item, end, me=classifier == "grown" and not self.clause.told)
        if classifier == "others":
            return self._told("others", people, item, end)
        if classifier == "us" or (classifier and (end - item.end > 1 or self.keys[end - 1] == "人")):
            return self._whole_home(item, people, end)
        if not self._closed(end) or self._counts_thing(end) or (people == 1 and not classifier):
            return None
        return self._whole_home(item, people, end, loose=True)

    def _lives_here(self, item: Item) -> bool:
        """跟同学合租, 我闺蜜和我, 两个朋友和我: who shares the home with me, where others would only be spoken of."""
        if item.topic != "person" or item.name not in ("friend", "colleague"):
            return False
        first = item.first
        while first > self.clause.first and self.keys[first - 1] in small("linking"):
            first -= 1
        before, after = self.keys[first - 1 : first], self.keys[item.end : item.end + 5]
        joined = bool(before) and first > self.clause.first and before[0] in small("living")
        return joined or any(a in small("living") and b in small("self") for a, b in itertools.pairwise(after))

    def _sum(self, at: int, item: Item) -> Told | None:
        """2+1, 2+2+1."""
        people, end = _whole(item) or 0, item.end
        for other in self.clause.items[at + 1 :]:
            if not other.number or other.first != end + 1 or self.keys[end] != "+":
                break
            people, end = people + (_whole(other) or 0), other.end
        return self._told("total", people, item, end) if end > item.end else None

    def _classified(self, at: int, item: Item) -> tuple[int, str]:
        """The end of a number with its classifier, and that: 口, 个人, 个大人, 位; 十来口, 三扣."""
        end, classifier = item.end, ""
        if self.keys[end : end + 1] in (["来"], ["多"], ["几"]):
            end += 1
        while known := [i for i in self.firsts.get(end, ()) if i.topic == "count" and i.name in _CLASSIFIERS]:
            end, classifier = known[0].end, known[0].name
        if not classifier and end < self.clause.end and syllable(self.keys[end]) == "kou":
            end, classifier = end + 1, "us"
        if self.keys[item.first] in "俩仨" and not classifier:
            classifier = "people"
        return end, classifier

    def _of_thing(self, item: Item) -> bool:
        """第二, 每一, 不是三口, 36度8: a number in order, of each, denied, or of a reading."""
        before = self.keys[max(item.first - 2, 0) : item.first]
        if before[-1:] in (["第"], ["每"], ["号"]) or before in (
            ["不", "是"],
            ["唔", "系"],
            ["唔", "是"],
            ["并", "非"],
        ):
            return True
        return any(i.topic == "measure" and i.name in _DEGREES for i in self.ends.get(item.first, ()))

    def _each_one(self, item: Item) -> bool:
        """爸妈各一个, 弟弟一个, 我一个: a one that only says again who was named."""
        before = self.keys[item.first - 1 : item.first]
        told = self.clause.told
        return bool(before) and (
            before[0] in small("self") or before == ["各"] or bool(told and told[-1].end == item.first)
        )

    def _with_noun(self, item: Item, people: int, noun: Item) -> Told | None:
        if (noun.topic, noun.name) == ("person", "pet"):
            self.used = noun.end
            return None
        if self._with_me() and noun.name in ("roommate", "sister", "brother", "siblings"):
            return self._told("total", people, item, noun.end, me=True)
        if self.me_at == len(self.keys) and "".join(self.keys[noun.first : noun.end]) in _KIN and not self.listed:
            return self._told("total", people, item, noun.end, me=True)  # 三兄弟一起住
        named = sum(told.people for told in self.clause.told if told.kind == "list" and told.end <= item.first)
        if 1 < people == named and self.keys[noun.end - 1] in ("人", "辈"):
            self.used = noun.end  # 爷爷、奶奶、外婆三位老人
            return None
        self.seen.add("children" if noun.name in ("child", "son", "daughter", "twins", "grandchild") else noun.name)
        mine = self.keys[item.first - 1 : item.first] == ["们"] and noun.name in _PEERS
        last = self.clause.told[-1] if self.clause.told else None
        if last and last.end == item.first and last.people == people > 1 and last.kind == "list" and not last.me:
            self._forget(last)  # 双胞胎俩闺女
        return self._told("list", people, item, noun.end, me=mine)

    def _with_me(self) -> bool:
        """Whether I am said to be among them: 连我四个室友; 四个室友，包括我; but 四个室友加我 is one more."""
        after = self.clauses[self.clause.number + 1 : self.clause.number + 2]
        behind = [clause for clause in after if not any(i.number or i.topic == "person" for i in clause.items)]
        return not self.plus_me and any("withme" in clause.flags for clause in (self.clause, *behind))

    def _noun(self, end: int, classified: bool) -> Item | None:
        """The people that a number stands before: 两个娃, 一个上小学的娃, 两女."""
        noun = self.starts.get(end) or self.starts.get(end + 1 if self.keys[end : end + 1] in _BETWEEN else -1)
        other = next((i for i in self.firsts.get(end, ()) if i.name in _ALSO), None)
        if noun or other:
            return noun or other
        if self.keys[end : end + 1] and self.keys[end] in _OFFSPRING and self.keys[end - 1] not in _ROUND:
            return Item("person", "child", end, end + 1)
        for at in range(end + 1, min(end + _DESCRIBED, self.clause.end)) if classified else ():
            if any(item.number for item in self.firsts.get(at, ())):
                return None
            if at in self.starts and self.keys[at - 1] in ("的", "嘅"):
                return self.starts[at]
        return None

    def _whole_home(self, item: Item, people: int, end: int, loose: bool = False) -> Told | None:
        """A number of all; of a relative's family, or of those I live with, it is a part."""
        owner = self._owner(item.first)
        family = owner is not None and (owner.end < item.first or self.keys[end - 1] == "口")
        if owner and family and not owner.plus and owner.first < self.clause.included:
            self._forget(owner)
            return self._told("list", people, item, end)
        before = self.keys[max(item.first - 2, self.clause.first) : item.first]
        running = self._running()
        if before[-1:] and before[-1] in small("living") and people != running:
            return self._told("others", people, item, end)
        if "".join(before) in ("他们", "她们", "佢哋", "人家"):
            return self._told("others", people, item, end)
        if before in _OTHERS and "withme" not in self.clause.flags:
            return self._told("others", people, item, end)
        return self._told("total", people, item, end, loose=loose)

    def _behind_noun(self, item: Item, people: int, end: int) -> Told | None:
        """室友两个, 大人四个: the number behind its noun, where it is not the number of all named so far."""
        last = self.clause.told[-1] if self.clause.told else None
        grown = next((i for i in self.ends.get(item.first, ()) if i.name in ("grown", "minors")), None)
        if self._noun(end, False) and not (grown and self._last_is_behind()):
            return None
        behind = grown is not None and (last is None or last.end <= grown.first)
        if grown and behind and grown.topic == "count" and grown.end - grown.first > 1:
            return self._told("list", people, grown, end, me=grown.name == "grown")
        if (
            last
            and last.kind == "list"
            and last.end == item.first
            and not last.me
            and self._behind_several(last, people)
        ):
            self._forget(last)
            return Told("list", people, last.first, end, last.clause)
        if last and last.kind == "list" and last.end == item.first and people > 1 and not last.me:
            counted_in = last.plus or last.first >= self.clause.included  # 加上保姆五个人
            alone = self.keys[end - 1] in ("人", "俩") or self._who(last) in _PARTNERS
            us_two = people == 2 and self._beside_me(last) and alone  # 跟女儿两个人, 同老婆两个
            if last.people == 1 and people != self._running() and not counted_in and not us_two:
                self._forget(last)
                return Told("list", people, last.first, end, last.clause)
        return None

    def _who(self, told: Told) -> str:
        return self.starts[told.first].name if told.first in self.starts else ""

    def _beside_me(self, last: Told) -> bool:
        """跟女儿, 和我妈: the one with whom I live."""
        before = self.keys[max(last.first - 2, 0) : last.first]
        return bool(before) and (
            before[-1] in small("living") or (before[-1] in small("self") and before[0] in small("living"))
        )

    def _behind_several(self, last: Told, people: int) -> bool:
        """老人一位, 双胞胎两个: the number of those who are several without it."""
        aged = self.keys[last.end - 1] == "人" and people != self._running()
        return last.people > 1 and (people == last.people or aged)

    def _last_is_behind(self) -> bool:
        """大人四个小孩两个: the last number of the clause has no noun behind it."""
        return self.last_of[1] < self.last_of[0]

    def _fixed(self, item: Item) -> Told:
        """两口子, 一家三口: a pair that I belong to, the whole home, or a relative's family."""
        people, words = _FIXED[item.name], self.keys[item.first : item.end]
        owner, running = self._owner(item.first), self._running()
        if owner and owner.people == 1 and set(words) <= _BOTH and self._beside_me(owner) and people == 2:
            return self._told("total", 2, item, item.end, me=True)  # 跟女朋友俩
        if owner and ("家" in words or people != running):
            self._forget(owner)
            return self._told("list", people, item, item.end)
        whole = {"家", "口"} <= set(words) or (running == people and set(words) <= _BOTH)
        theirs = owner is not None and not {"夫", "妇"}.isdisjoint(words) and self._who(owner) not in _PARTNERS
        after = self.keys[item.end : item.end + 2]
        beside = len(after) == 2 and after[0] in small("living") and after[1] in small("self")
        if theirs or (beside and not {item.end + 1, item.end + 2} & self.starts.keys()):
            if owner:
                self._forget(owner)
            return self._told("list", people, item, item.end)  # 房东夫妇, 一对夫妻和我
        whole = whole or (running == people == self.listed + 1)  # 我和老伴，老两口
        return self._told("total" if whole else "list", people, item, item.end, me=True)

    def _named(self, item: Item) -> Told | None:
        """Somebody named, once."""
        words = "".join(self.keys[item.first : item.end])
        after = self.keys[item.end : item.end + 2]
        if words in self.seen or self._denied(item) or (words in _AMONG and "children" in self.seen):
            return None
        if after[:1] in (["家"], ["屋"], ["的"], ["嘅"]) and not self._family(item.end):
            return None
        if "家" in (*after[:1], words[-1]) and not small("toward").isdisjoint(
            self.keys[max(item.first - 2, 0) : item.first]
        ):
            return None  # 我住女儿家
        self.seen.add(words)
        return self._told("list", SEVERAL.get(item.name, 1), item, item.end)

    def _family(self, end: int) -> bool:
        """Whether a relative's house is counted: 儿子家三口, or nothing follows 我的."""
        after = self.keys[end + 1 : end + 2]
        counted = self.keys[end] == "家" and any(i.number for i in self.firsts.get(end + 1, ()))
        return counted or not after or is_sign(after[0])

    def _owner(self, first: int) -> Told | None:
        """The relative right before 一家, 他们 or a number: 大女儿一家四口."""
        last = self.clause.told[-1] if self.clause.told else None
        if last is None or last.kind != "list":
            return None
        between = self.keys[last.end : first]
        return last if all(key in small("household") for key in between) and len(between) <= 3 else None

    def _forget(self, owner: Told) -> None:
        self.clause.told.remove(owner)
        if not self.clause.flags & {"away", "coming"}:
            self.listed -= owner.people

    def _running(self) -> int:
        """How many were named so far, me included."""
        return self.listed + (self.me_at < self.used and not self.with_me)

    def _denied(self, item: Item) -> bool:
        """没有小孩, 没跟老人住: nobody between a denial and the next turn."""
        for end in range(item.first, max(item.first - _NEAR, self.clause.first) - 1, -1):
            turns = [i.name for i in self.ends.get(end, ()) if i.topic == "cue" and i.name in _TURNS]
            if turns:
                return turns[-1] in ("neg", "negv")
        return False

    def _closed(self, end: int) -> bool:
        """Whether nothing that could be counted follows: particles, verbs of living, the end of the clause."""
        return end >= self.clause.end or self.keys[end] in small("counted") or self.keys[end] in small("self")

    def _counts_thing(self, end: int) -> bool:
        return any(i.number or (i.topic == "time" and i.name[:4] == "unit") for i in self.firsts.get(end, ()))

    def _joined(self, first: int) -> bool:
        """Whether a word of adding stands before, over 个, 我们 and the like."""
        at = first
        while at > self.clause.first and self.keys[at - 1] in small("linking"):
            at -= 1
        before = self.keys[max(at - 2, self.clause.first) : at]
        return before[-1:] == ["加"] or before in (["还", "有"], ["仲", "有"], ["加", "上"], ["另", "外"], ["另", "有"])


_CLASSIFIERS = ("us", "people", "others", "grown", "minors")
_KIN = frozenset(("兄弟", "姐妹", "姊妹", "兄妹", "姐弟", "姑嫂", "妯娌", "兄弟姐妹"))
_PARTNERS = ("wife", "husband", "spouse", "mother", "father")
_PEERS = ("sister", "brother", "siblings", "roommate")
_ALSO = ("pet", "friend", "colleague")  # where a number counts them
_BETWEEN = (["个"], ["位"], ["名"], ["只"], ["小"], ["大"], ["老"], ["乖"])
_OFFSPRING = frozenset("儿女孙仔娃崽囡囝闺")
_BOTH = set("俩仨人个两二三")
_AMONG = frozenset(("老大", "老二", "老三", "大的", "小的", "老四", "老幺"))
_OTHERS = (["其", "他"], ["别", "的"], ["另", "外"], ["还", "有"], ["仲", "有"])
_ROUND = frozenset("口人俩仨娘爷")  # 五口儿, 俩人儿, 娘俩儿
_TURNS = ("neg", "negv", "but", "have", "now")
_NEAR = 4  # tokens between a denial and the people denied


def _person(item: Item) -> bool:
    return item.topic == "person" and item.name not in NOT_AT_HOME


def _whole(item: Item) -> int | None:
    number = item.number
    if number is None or number.decimal or not 0 < number.value <= _MOST:
        return None
    if number.spelled:
        return int(number.spelled[0]) if len(set(number.spelled)) == 1 else None
    return int(number.value)

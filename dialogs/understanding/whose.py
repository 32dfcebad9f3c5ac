"""Whose a symptom is: people named, described and pointed at, and the turn back to the one who answers."""

from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item
from dialogs.understanding.state import State

_SIMILES = frozenset(("like", "if", "though"))


class Whose(State):
    """The steps of the pass that change who is meant."""

    __slots__ = ()

    def _address(self, at: int, item: Item) -> None:
        """姑娘，咳了两天: a title that the answer begins with is who hears it."""
        after = self.keys[item.end : item.end + 1]
        if self.clauses.filler(self.clauses.last_sign[at], item.first) and after and after[0] in small("calling"):
            self.addressed = item.end

    def _person(self, at: int, item: Item) -> None:
        if self.addressed == item.end:
            return
        if self._with_self(at, item):
            self.who = ""
            return
        if item.name == "patient" and not _SIMILES.isdisjoint(self.keys[max(item.first - 1, 0) : item.first]):
            return  # like someone's sat on it
        if self._some_of(item) or self._described_after(at, item):
            pass  # two of my workmates; with everyone coughing
        elif item.first and self.keys[item.first - 1] in small("preposition") and item.name != "patient":
            return
        if (
            not self._some_of(item)
            and not self._described_after(at, item)
            and item.first > 1
            and self.keys[item.first - 1] in small("my")
            and self.keys[item.first - 2] in small("preposition")
        ):
            return
        if self._their_home(item) or self._their_thing(item):
            return
        if self._theirs(at, item):
            return
        if item.name == "patient" and self.denied and self.keys[item.first - 1] in small("preposition"):
            return  # 没跟病人打过交道
        if item.name == "them" and not self.named and (self.run or self.before):
            return  # the chills, "they passed"
        pronoun = item.name in ("they", "them")
        self._describe(at, item)
        self._turn((self.named or "they") if pronoun else item.name)
        self.named = self.named if pronoun else item.name

    def _minors(self, at: int, item: Item) -> None:
        """三个小的轮流拉肚子: the little ones, where a number says that they are meant."""
        if at and self.row[at - 1].number and self.row[at - 1].end == item.first and self.keys[item.end - 1] == "的":
            self._turn("child")

    def _their_home(self, item: Item) -> bool:
        """去我姑家: the house of a relative is a place."""
        before = self.keys[max(item.first - 2, 0) : item.first]
        return self.keys[item.end : item.end + 1] in (["家"], ["屋"], ["那"]) and any(
            key in small("toward") for key in before
        )

    def _their_thing(self, item: Item) -> bool:
        """我阿公那支水银的: whose thermometer it is."""
        after = self.keys[item.end : item.end + 2]
        ailing = any(other.first == item.end + 2 and other.topic in ("symptom", "part") for other in self.row)
        return len(after) == 2 and after[0] in small("that") and after[1] in small("thing") and not ailing

    def _theirs(self, at: int, item: Item) -> bool:
        """刚才那个37.0是我妈的: a number that is said to be somebody else's."""
        number = next((other for other in reversed(self.row[max(at - 4, 0) : at]) if other.number), None)
        if number is None or self.keys[item.end : item.end + 1] not in (["的"], ["嘅"]):
            return False
        between = self.keys[number.end : item.first]
        if not {"是", "系"} & set(between) or len(between) > 3:
            return False
        number.who = item.name
        return True

    def _some_of(self, item: Item) -> bool:
        before = self.keys[max(item.first - 3, 0) : item.first]
        return "of" in before and any(key in small("some") for key in before)

    def _described_after(self, at: int, item: Item) -> bool:
        """'With everyone coughing', 'next to a man with a runny nose'."""
        following = self.row[at + 1] if at + 1 < len(self.row) else None
        if following is not None and (following.topic, following.name) == ("cue", "have") and at + 2 < len(self.row):
            following = self.row[at + 2]
        if following is None or following.topic != "symptom" or not self.keys[item.first].isascii():
            return False
        return all(key in small("describing") for key in self.keys[item.end : following.first])

    def _describe(self, at: int, item: Item) -> None:
        """'My coughing husband', 发烧的儿子: a symptom said of the person right after it."""
        before = self.row[at - 1] if at else None
        if self._cleft(at, item):
            return
        if item.name in ("they", "them") and self.keys[item.first].isascii():
            if before is not None and before.topic == "symptom" and before.end == item.first:
                before.who = self.named or "they"  # coughing her guts up
            return
        if (
            before is None
            or before.topic not in ("symptom", "contact")
            or before.name in ("met", "trip", "went", "local")
        ):
            return
        between = self.keys[before.end : item.first]
        if between in ([], ["的"], ["嘅"]) and (between or self.keys[before.first].isascii()):
            before.who = item.name
            self.run = [symptom for symptom in self.run if symptom is not before]

    def _cleft(self, at: int, item: Item) -> bool:
        """烧的是隔壁床的，不是我: who it is that has it."""
        near = self.row[max(at - 8, 0) : at]
        before = next((other for other in reversed(near) if other.topic in ("symptom", "sign")), None)
        if before is None or before.topic == "sign":
            return False
        between = self.keys[before.end - 1 : item.first]
        if not ({"是", "系"} & set(between) and {"的", "嘅", "个"} & set(between)):
            return False
        if not all(key in small("cleft") for key in between[1:]):
            return False
        before.who, before.settled = item.name, True
        self.run = [symptom for symptom in self.run if symptom is not before]
        return True

    def _self_(self, at: int, item: Item) -> None:
        following = self.row[at + 1] if at + 1 < len(self.row) else None
        placed = item.name == "my" and item.first > 0 and self.keys[item.first - 1] in small("place")
        if placed and not (following and following.topic == "part"):
            return  # a lady in my office
        han = not self.keys[item.first].isascii()
        if following and following.topic == "person" and following.first - item.end <= 1 and (han or item.name == "my"):
            return
        if item.name == "my" and following and following.topic == "person" and following.first - item.end <= 2:
            return
        self._turn("")
        self.self_at = item.end
        if self.denied in ("list", "verb") and (self.run or self.denied_at == item.first or self.comma_at >= 0):
            self.denied = ""

    def _says(self, at: int, item: Item) -> None:
        """'Mummy says it is 37': what somebody reports is not about them."""
        following = self.row[at + 1] if at + 1 < len(self.row) else None
        brief = not self.keys[item.first].isascii() and item.end - item.first == 1
        if brief and not (following and following.number):
            return
        hearsay = self.keys[item.end - 1] in small("hearsay") and self.keys[item.first - 1] == ","
        if hearsay and following and following.topic in ("symptom", "contact"):
            return  # 我同桌请假了，说是发烧
        if not (following and following.topic == "person" and following.first - item.end <= 1):
            self.who = ""

    def _except_self(self, at: int, item: Item) -> None:
        for symptom in self.run:
            symptom.who, symptom.status = "", "-"
        if not self.run:
            self._turn("other")

    def _with_self(self, at: int, item: Item) -> bool:
        near = self.keys[max(item.first - 4, 0, self.clauses.last_sign[at]) : item.first]
        near += self.keys[item.end : item.end + 2]
        joined = any(key in small("join") for key in near)
        return joined and any(key in small("me") for key in near)

    def _me_too(self, at: int, item: Item) -> None:
        """'... and I've caught it too': the symptoms of others are mine as well."""
        for symptom in self.run + self.before:
            if symptom.who and symptom.past:
                symptom.status = "+"
            symptom.who = ""
        self._turn("")

    def _not_me(self, at: int, item: Item) -> None:
        """'My wife coughs, I don't', 'it is my sister, not me'."""
        self.who = ""
        for symptom in (self.run or self.before) if self._others_before() else []:
            symptom.who, symptom.status, symptom.settled = "", "-", True
        if self.keys[item.first] in small("not"):
            self.denied, self.denied_at = "verb", item.end  # 不是我烧

"""Who is meant, what is denied, over, hedged or unsure: one pass over the items of an answer."""

from dataclasses import dataclass, field

from dialogs.understanding.clauses import Clauses, questions, small
from dialogs.understanding.items import Item

FAR = 9  # tokens over which a denial still holds


@dataclass(slots=True)
class Scope:
    """The state of the pass; `run` holds the symptoms of the clause so far, `before` those of the last one."""

    keys: list[str]
    row: list[Item]
    denied: str = ""  # "", "verb" (this clause), "list" (a list, over commas), "raised" (I don't think), "unsure"
    denied_at: int = 0
    past: bool = False
    who: str = ""
    denied_journey: bool = False  # whether the denial is one of a journey or a meeting
    addressed: int = -1  # where the words end that call the one who hears
    named: str = ""  # the other person last named, whom "he" and "she" mean
    clause: int = 0
    comma_at: int = -1
    self_at: int = 0
    excepted: bool = False
    hedged: bool = False
    over_in: int = -9  # the clause in which something was over
    still_in: int = -9  # the clause in which something goes on
    unreal: bool = False  # "without the cough I'd be fine": what is denied is there
    style: str = "before"  # whether denials stand before or after what they deny, in this clause
    clauses: Clauses = field(init=False)
    run: list[Item] = field(default_factory=list)
    before: list[Item] = field(default_factory=list)
    journeys: list[Item] = field(default_factory=list)  # journeys and meetings of the clause that wait for an answer

    def __post_init__(self) -> None:
        self.clauses = Clauses(self.keys, self.row)

    def walk(self) -> None:
        """Give every item its owner, clause and status."""
        self.style = self.clauses.style(0)
        for at, item in enumerate(self.row):
            step = _STEPS.get((item.topic, item.name)) or _STEPS.get((item.topic, ""))
            item.clause = self.clause
            if item.topic in ("cue", "count", "answer") and any(
                key in small("me") for key in self.keys[item.first : item.end]
            ):
                self._self_(at, item)
            if step:
                step(self, at, item)
            item.who, item.past, item.hedged = self.who, self.past, self.hedged
            if item.topic in ("number", "time"):
                said_no = (
                    self.denied
                    and self.denied_at == item.first
                    and "no" not in self.keys[max(item.first - 2, 0) : item.first]
                )
                item.status = "-" if said_no else "+"

        self._leave_questions()

    def _leave_questions(self) -> None:
        """What is only asked ("do I sound like I have a fever?") is neither so nor not so."""
        asked = questions(self.keys) if "?" in self.keys else ()
        for item in self.row:
            if item.first in asked and item.topic in ("symptom", "contact") and not item.settled:
                item.status = "?"
            if item.topic == "contact" and self._echoed(item):
                item.status = "?"

    def _echoed(self, item: Item) -> bool:
        """出门？做梦吧: a journey or meeting that is only asked back."""
        alone = item.first == 0 or self.keys[item.first - 1] in small("mark")
        return alone and not self.keys[item.first].isascii() and self.keys[item.end : item.end + 1] == ["?"]

    # what is said

    def _symptom(self, at: int, item: Item) -> None:
        if item.settled:
            self.run.append(item)
            return
        if self.comma_at >= 0 and self.denied == "list" and (self._done(item) or not self._bare(self.comma_at, item)):
            self.denied = ""
        if self.comma_at >= 0 and (self.keys[item.first] in small("lacking") or self.denied_journey):
            self.denied = ""  # 不觉得酸，没味儿; 没出门，咳嗽
        if self.denied == "verb" and self._at_another_time(at):
            self.denied = ""  # 白天不烧晚上烧
        if self._of_somebody(item):
            item.who, item.settled = "patient", True
            return
        if self.denied and item.first - self.denied_at > FAR and self.denied != "raised":
            self.denied = ""
        if self.style == "after" and self.denied not in ("raised", "unsure"):
            self.denied = ""
        said = self.keys[item.first : item.end]
        item.lasting = self.still_in == self.clause or any(key in small("lasting") for key in said)
        if self.denied == "unsure" or self.keys[item.end : item.end + 1] == ["吗"]:
            item.status = "?"
        elif self.excepted:
            item.status, item.settled = "+", True
        elif self.unreal and self.denied:
            item.status = "+"
        elif self.denied or (self.past and not item.lasting):
            item.status = "-"
            item.settled = bool(self.denied)
        if self.denied:
            self.denied_at = item.end
        self.comma_at = -1
        self.run.append(item)

    def _at_another_time(self, at: int) -> bool:
        before = self.row[at - 1] if at else None
        return before is not None and before.topic == "time" and before.first >= self.denied_at > 0

    def _of_somebody(self, item: Item) -> bool:
        """有个咳嗽的坐我旁边: somebody who is known by a symptom."""
        before = self.keys[max(item.first - 4, 0) : item.first]
        return self.keys[item.end : item.end + 1] == ["的"] and any(key in small("somebody") for key in before)

    def _deny(self, at: int, item: Item) -> None:
        self.denied_journey = False
        if self.excepted and self.run:
            self._close(item)
        if self.run and self.over_in == self.clause - 1 and self.clauses.rest_is_filler(at) and not self.denied:
            return  # "my throat has cleared up, the cough hasn't"
        if self.style == "after" and (self.run or self.journeys) and not self.denied:
            self._settle("-")
            return
        if not self.run and self.clauses.alone(at) and self._asked():
            self._settle_before("-")
            return
        if self.run and not self.denied and self._denies_next(at):
            self._settle("-")
            return
        if self._others_before() and self.clauses.rest_is_filler(at) and self.clauses.filler(self.self_at, item.first):
            self._not_me(at, item)
            return
        if self.denied == "unsure":
            return
        strength = {"neg": "list", "negv": "verb", "raised": "raised", "unsure": "unsure"}[item.name]
        if self.denied == "raised":
            strength = "raised"
        self.denied, self.denied_at, self.comma_at = strength, item.end, -1
        self.past = False

    def _denies_next(self, at: int) -> bool:
        """烧倒没有不流鼻涕: of two denials side by side the first belongs to what stands before it."""
        following = self.row[at + 1] if at + 1 < len(self.row) else None
        if following is None or following.first != self.row[at].end or self.keys[following.first].isascii():
            return False
        return following.topic == "cue" and following.name in ("neg", "negv")

    def _affirm(self, at: int, item: Item) -> None:
        """'have', 'a bit', 'still': ends a denial, but not 'don't think I have' nor 'not a bit'."""
        if self.denied in ("raised", "unsure"):
            return
        if self.denied and self.denied_at >= item.first and not self._after_symptom(at):
            self.denied_at = max(item.end, self.denied_at)
            return
        if item.name in ("have", "hedge", "remains"):
            self.denied = ""
        if item.name == "hedge":
            self.hedged = True

    def _after_symptom(self, at: int) -> bool:
        """没有发烧有点咳嗽: a Chinese 'have' right behind a symptom begins anew, but 还有 goes on with the list."""
        item = self.row[at]
        joined = self.keys[item.first] in small("and") and self.keys[item.first] != "有"
        behind = any(other.topic == "symptom" and other.end == item.first for other in self.row[max(at - 4, 0) : at])
        return behind and not joined and not self.keys[item.first].isascii()

    def _still(self, at: int, item: Item) -> None:
        """Still there, or not gone: what was said to be past goes on."""
        self.still_in = self.clause
        for symptom in self.run or (self.before if item.name == "notgone" else []):
            if not symptom.settled or item.name == "notgone":
                symptom.status = "+"
        self.past = False
        if self.denied != "raised":
            self.denied = ""

    def _remains(self, at: int, item: Item) -> None:
        """'Better, but there is still a little': 还有一点 at the end; before a symptom it only says 'have'."""
        if self.clauses.rest_is_filler(at):
            for symptom in self.run or self.before:
                symptom.status = "+"
        else:
            self._affirm(at, item)

    def _yes(self, at: int, item: Item) -> None:
        if self.style == "after" and (self.run or self.journeys):
            self._settle("+")
        elif not self.run and self.clauses.alone(at) and self._asked():
            self._settle_before("+")

    def _over(self, at: int, item: Item) -> None:
        """Gone, cleared up: symptoms just named are over, unless this is denied."""
        following = self.row[at + 1] if at + 1 < len(self.row) else None
        if not self.run and following and following.topic == "symptom" and following.first - item.end <= 1:
            self.denied, self.denied_at = "list", item.end  # stopped coughing
            return
        targets = self.run or self.before
        if self.run and self.run[-1].first == item.first:
            return  # smell that is gone is itself the symptom
        self.over_in = self.clause
        undone = self.denied and self.denied_at == item.first and self.denied != "raised"
        for symptom in targets:
            ended = symptom.settled if self.run else symptom.lasting and self.keys[item.first].isascii()
            if symptom.status != "?" and symptom.who == self.who and not ended:
                symptom.status = "+" if undone else "-"
        self.denied = ""

    def _none_of_these(self, at: int, item: Item) -> None:
        """All denied together, after the list (都没有) or before it (都没有发烧咳嗽)."""
        targets = self.run or self.before
        if targets and self.clauses.rest_is_filler(at):
            for symptom in targets:
                if not symptom.settled and symptom.who == self.who:
                    symptom.status = "-"
                    symptom.settled = True
            self.denied = ""
        else:
            self.denied, self.denied_at, self.comma_at = "list", item.end, -1

    def _none_of_it(self, at: int, item: Item) -> None:
        """'I haven't got one': denies what was named before, or what follows ('don't have any cough')."""
        if not self.clauses.rest_is_filler(at) or not (self.run or self.before):
            self.denied, self.denied_at, self.comma_at = "list", item.end, -1
            return
        for symptom in self.run or self.before:
            if not symptom.who:
                symptom.status, symptom.settled = "-", True

    def _merely(self, at: int, item: Item) -> None:
        """没发烧，鼻塞而已."""
        for symptom in self.run:
            symptom.status, symptom.settled = "+", True

    def _would_be(self, at: int, item: Item) -> None:
        """'Without this cough I'd be fine', 'I'd be fine without it'."""
        self.unreal = True
        for symptom in self.run:
            symptom.status = "+"

    def _untrue(self, at: int, item: Item) -> None:
        """'That wasn't right': what was just said is taken back."""
        for symptom in self.run or self.before:
            symptom.status, symptom.settled = ("-" if symptom.status == "+" else "+"), True

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

    def _others_before(self) -> bool:
        targets = self.run or self.before
        return bool(targets) and all(symptom.who for symptom in targets)

    def _long_past(self, at: int, item: Item) -> None:
        """小时候一换季就起疹子 says nothing of today."""
        self.denied, self.denied_at = "unsure", item.end

    def _past_time(self, at: int, item: Item) -> None:
        self.past = True

    def _present_time(self, at: int, item: Item) -> None:
        self.past = False

    def _going_on(self, at: int, item: Item) -> None:
        """Since, for days: 'had a cough since yesterday' is no past."""
        if self.over_in == self.clause:
            return  # 高烧退了三天了
        for symptom in self.run:
            if not symptom.settled:
                symptom.status = "+"
        self.past = False

    # whose

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
        return len(after) == 2 and after[0] in small("that") and after[1] in small("thing")

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

    def _contact(self, at: int, item: Item) -> None:
        """Journeys and meetings are denied like symptoms."""
        near = item.first - self.denied_at <= FAR
        if item.name == "neg" and self.style == "after" and self.journeys:
            self._settle("-")  # 接触没有外出也没有
        if item.name in ("neg", "planned") and not self.denied:
            self.denied, self.denied_journey = "list", True
            self.denied_at = item.end
        if self.denied == "unsure":
            item.status = "?"
        elif item.name in ("neg", "planned") or (self.denied and near):
            item.status = "-"
        elif item.name in ("trip", "met"):
            self.journeys.append(item)

    def _except_self(self, at: int, item: Item) -> None:
        for symptom in self.run:
            symptom.who, symptom.status = "", "-"
        if not self.run:
            self._turn("other")

    def _turn(self, who: str) -> None:
        if who != self.who:
            self.who = who
            self.past = False
            if self.denied in ("list", "verb"):
                self.denied = ""

    def _with_self(self, at: int, item: Item) -> bool:
        near = self.keys[max(item.first - 4, 0) : item.first] + self.keys[item.end : item.end + 2]
        joined = any(key in small("join") for key in near)
        return joined and any(key in small("me") for key in near)

    # boundaries

    def _comma(self, at: int, item: Item) -> None:
        han = item.first > 0 and not self.keys[item.first - 1].isascii()
        if self.denied == "verb" or (self.denied == "unsure" and han):
            self.denied = ""
        self.excepted = False
        self.comma_at = item.end
        self._new_clause(at, keep_run=self.denied == "list")

    def _list_comma(self, at: int, item: Item) -> None:
        if self.denied:
            self.denied_at = item.end

    def _end(self, at: int, item: Item) -> None:
        self.denied = ""
        self.past = False
        self.excepted = self.unreal = False
        self.hedged = False
        self.comma_at = -1
        self._new_clause(at)

    def _but(self, at: int, item: Item) -> None:
        if self.denied == "unsure" and self.keys[item.first] in small("then"):
            return  # 小时候一换季就起疹子
        self.denied = ""
        self.excepted = self.unreal = False
        self.past = False
        self._new_clause(at)

    def _exception(self, at: int, item: Item) -> None:
        self.denied = ""
        self.excepted = True

    def _exception_end(self, at: int, item: Item) -> None:
        self.excepted = False

    def _close(self, item: Item) -> None:
        self.excepted = False
        self.before, self.run = self.run, []

    def _new_clause(self, at: int, keep_run: bool = False) -> None:
        self.clause += 1
        self.journeys = []
        if self.run:
            self.before = self.before + self.run if keep_run else self.run
            self.run = []
        self.style = self.clauses.style(at + 1)

    # looking around

    def _bare(self, start: int, item: Item) -> bool:
        """Whether a symptom after a comma only goes on with the list."""
        first = item.first if item.start < 0 else min(item.first, item.start)
        return all(key in small("and") or key in small("filler") for key in self.keys[start:first])

    def _done(self, item: Item) -> bool:
        """Whether a symptom is told as having happened (拉了好几次), which no denial before a comma reaches."""
        return any(key in small("done") for key in self.keys[item.first : item.end])

    def _asked(self) -> bool:
        """Whether the last clause only named symptoms, as in 'cough? no'."""
        return (
            bool(self.before)
            and all(symptom.status in "+?" and not symptom.settled and not symptom.past for symptom in self.before)
            and not any(
                item.clause == self.before[-1].clause and (item.topic, item.name) in _STATED for item in self.row
            )
        )

    def _settle(self, status: str) -> None:
        for symptom in self.run:
            if not symptom.settled:
                symptom.status, symptom.settled = status, True
        for journey in self.journeys:
            journey.status = status
        self.journeys = []

    def _settle_before(self, status: str) -> None:
        for symptom in self.before:
            symptom.status, symptom.settled = status, True


_STATED = {("cue", "have"), ("cue", "i"), ("cue", "hedge")}
_STEPS = {
    ("symptom", ""): Scope._symptom,
    ("cue", "neg"): Scope._deny,
    ("cue", "negv"): Scope._deny,
    ("cue", "raised"): Scope._deny,
    ("cue", "unsure"): Scope._deny,
    ("cue", "noneof"): Scope._none_of_these,
    ("cue", "have"): Scope._affirm,
    ("cue", "hedge"): Scope._affirm,
    ("cue", "still"): Scope._still,
    ("cue", "notgone"): Scope._still,
    ("cue", "remains"): Scope._remains,
    ("cue", "negone"): Scope._none_of_it,
    ("cue", "metoo"): Scope._me_too,
    ("cue", "untrue"): Scope._untrue,
    ("cue", "merely"): Scope._merely,
    ("cue", "longpast"): Scope._long_past,
    ("cue", "wouldbe"): Scope._would_be,
    ("cue", "yes"): Scope._yes,
    ("cue", "over"): Scope._over,
    ("cue", "past"): Scope._past_time,
    ("cue", "now"): Scope._present_time,
    ("cue", "since"): Scope._going_on,
    ("cue", "address"): Scope._address,
    ("person", ""): Scope._person,
    ("count", "minors"): Scope._minors,
    ("cue", "i"): Scope._self_,
    ("cue", "my"): Scope._self_,
    ("cue", "we"): Scope._self_,
    ("cue", "exceptme"): Scope._except_self,
    ("cue", "says"): Scope._says,
    ("cue", "notme"): Scope._not_me,
    ("contact", ""): Scope._contact,
    ("sign", "comma"): Scope._comma,
    ("sign", "colon"): Scope._comma,
    ("sign", "list"): Scope._list_comma,
    ("sign", "end"): Scope._end,
    ("sign", "question"): Scope._end,
    ("cue", "but"): Scope._but,
    ("cue", "except"): Scope._exception,
    ("cue", "besides"): Scope._exception_end,
}

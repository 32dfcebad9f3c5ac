"""Who is meant, what is denied, over, hedged or unsure: one pass over the items of an answer."""

import itertools

from dialogs.understanding.clauses import questions, small
from dialogs.understanding.items import Item
from dialogs.understanding.whose import Whose

_IN_FITS = ("vomiting", "diarrhoea")
FAR = 9  # tokens over which a denial still holds


class Scope(Whose):
    """The pass: one step for each kind of item."""

    __slots__ = ()

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
            item.who, item.past, item.hedged = item.who or self.who, self.past, self.hedged
            if item.topic in ("number", "time"):
                said_no = (
                    self.denied
                    and self.denied_at == item.first
                    and self.keys[item.first - 1] not in small("reaching")
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

    def _symptom(self, at: int, item: Item) -> None:
        if item.settled:
            if self.denied and 0 <= item.start < self.denied_at <= item.first <= self.denied_at + 2:
                item.status = "+"  # 鼻子还没有恢复
            self.run.append(item)
            return
        if self.comma_at >= 0 and self.denied == "list" and (self._done(item) or not self._bare(self.comma_at, item)):
            self.denied = ""
        if self.comma_at >= 0 and self.denied == "list" and self._other_tongue(item):
            self.denied = ""  # no cough，流鼻水
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
        if self.past and not small("present").isdisjoint(said):
            self.past = False  # it was 38, my throat is raw
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

    def _other_tongue(self, item: Item) -> bool:
        return self.keys[self.denied_at - 1].isascii() != self.keys[item.first].isascii()

    def _at_another_time(self, at: int) -> bool:
        before = self.row[at - 1] if at else None
        return before is not None and before.topic == "time" and before.first >= self.denied_at > 0

    def _of_somebody(self, item: Item) -> bool:
        """有个咳嗽的坐我旁边, 边上全是咳的: somebody who is known by a symptom; no 那个疼喉咙的劲儿."""
        before = self.keys[max(item.first - 4, 0) : item.first]
        after = self.keys[item.end : item.end + 2]
        if after[:1] != ["的"] or (len(after) == 2 and after[1] in small("feeling")):
            return False
        all_of_them = any(a in small("all") and b == "是" for a, b in itertools.pairwise(before))
        return all_of_them or any(key in small("somebody") for key in before)

    def _deny(self, at: int, item: Item) -> None:
        self.denied_journey = False
        if self._double(item):
            return
        if self.excepted and self.run:
            self._close(item)
        if self.run and self.over_in == self.clause - 1 and self.clauses.rest_is_filler(at) and not self.denied:
            return  # "my throat has cleared up, the cough hasn't"
        if self.style == "after" and (self.run or self.journeys) and not self.denied:
            self._settle("-")
            return
        if not self.run and self.clauses.alone(at) and self._asked():
            if item.name != "unsure":
                self._settle_before("-")
            elif self.comma_at < 0:
                self._settle_before("?")  # 咳嗽？说不清
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

    def _double(self, item: Item) -> bool:
        """'I can't climb the stairs without wheezing': two denials in one clause affirm."""
        if self.keys[item.first] != "without":
            return False
        before = self.keys[max(item.first - 9, 0) : item.first]
        signs = [at for at, key in enumerate(before) if key in small("mark") or key in (",", ".", "and", "but")]
        if small("cannot").isdisjoint(before[signs[-1] + 1 if signs else 0 :]):
            return False
        self.denied = ""
        return True

    def _denies_next(self, at: int) -> bool:
        """烧倒没有不流鼻涕, 烧倒没有吃得香: a denial that belongs to what stands before it."""
        following = self.row[at + 1] if at + 1 < len(self.row) else None
        if self.keys[self.row[at].first] in ("倒", "却") and self.run[-1].end == self.row[at].first:
            return following is None or following.first > self.row[at].end or following.topic not in ("symptom", "part")
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
        coming = item.name == "notgone" and not self.run and self._named_next(at)  # my nose hasn't stopped dripping
        for symptom in self.run or (self.before if item.name == "notgone" and not coming else []):
            if not symptom.settled or item.name == "notgone":
                symptom.status = "+"
        self.past = False
        if self.denied != "raised":
            self.denied = ""

    def _named_next(self, at: int) -> bool:
        following = self.row[at + 1] if at + 1 < len(self.row) else None
        return (
            following is not None and following.topic in ("symptom", "trouble") and following.first == self.row[at].end
        )

    def _remains(self, at: int, item: Item) -> None:
        """'Better, but there is still a little': 还有一点 at the end; before a symptom it only says 'have'."""
        if self.clauses.rest_is_filler(at):
            alone = self.clauses.filler(self.clauses.last_sign[at], item.first)  # 痰还有一点 speaks of something else
            for symptom in self.run or (self.before if alone or self.keys[item.first].isascii() else []):
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
            self.denied, self.denied_at, self.comma_at = "list", item.end, -1  # stopped coughing
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

    def _long_past(self, at: int, item: Item) -> None:
        """小时候一换季就起疹子 says nothing of today."""
        self.denied, self.denied_at = "unsure", item.end

    def _past_time(self, at: int, item: Item) -> None:
        self.past = True

    def _present_time(self, at: int, item: Item) -> None:
        if self.past and "this" in self.keys[item.first : item.end]:
            for symptom in self.run:  # was sick this morning: what happens in fits goes on
                if symptom.name in _IN_FITS and not symptom.settled and not symptom.who:
                    symptom.status = "+"
        self.past = False

    def _going_on(self, at: int, item: Item) -> None:
        """Since, for days: 'had a cough since yesterday' is no past."""
        if self.over_in == self.clause:
            return  # 高烧退了三天了
        following = self.row[at + 1] if at + 1 < len(self.row) else None
        till_now = (
            self.keys[item.first] in small("till") and following and (following.number or following.topic == "time")
        )
        for symptom in self.before if till_now and not self.run else ():
            if not symptom.settled and symptom.past:
                symptom.status = "+"  # 上礼拜咳的，到今天整七天
        for symptom in self.run:
            if not symptom.settled:
                symptom.status = "+"
        self.past = False

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

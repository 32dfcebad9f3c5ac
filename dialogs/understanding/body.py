"""Parts of the body and what ails them: each trouble is bound to its parts, and the two together are a symptom."""

from functools import cache

from dialogs.understanding.clauses import small
from dialogs.understanding.items import Item, item_of, order
from dialogs.understanding.lexicon import entries
from dialogs.understanding.syllables import syllable
from dialogs.understanding.text import is_sign
from dialogs.understanding.tree import Label

_APART = 10  # tokens between a part of the body and its trouble
_BARE = 6  # tokens before a trouble that is told of the part last spoken of
_BACK = frozenset(("back", "returned", "normal", "fine", "ok", "okay", "better", "good"))
_INSIDE = (["in"], ["across"], ["of"], ["on"], ["around"])
_MYSELF = ("im", "am", "i", "feel", "else", "otherwise", "rest")  # a sore throat, otherwise I'm all right
_HEARD = {syllable(key): key for key in "疼痛酸堵塞烫闷胀"}  # troubles of one character, by their sound
_CLOSING = frozenset("的了啊呀呢吧嘛啦得嘅喇着")
_PARTS = {"headache": "head", "sore_throat": "throat", "chest_pain": "chest", "muscle_ache": "muscle"}
_BURNING = ("throat", "stomach", "chest")
_PLAIN = frozenset("们门但弹谈坦摊探读度都爽算散三伤赛")


@cache
def _table() -> dict[tuple[str, str], str]:
    """(part, trouble) -> symptom, from the file that says which trouble of which part is which symptom."""
    pairs = ((symptom, pair.split()) for symptom, pairs in entries()["body"].items() for pair in pairs)
    return {(part, trouble): symptom for symptom, (part, trouble) in pairs}


@cache
def _troubles() -> dict[str, str]:
    return {pattern: name for name, patterns in entries()["trouble"].items() for pattern in patterns}


def bodily(keys: list[str], row: list[Item]) -> list[Item]:
    """The row with its symptoms of the body: a trouble belongs to the parts before it in its clause, else after it."""
    if not any(item.topic == "part" for item in row):
        if not any(item.topic == "trouble" for item in row):
            return row
    elif not keys[0].isascii():
        row = _heard(keys, row)
    return _Binding(keys, row).bound()


class _Binding:
    """One walk over the items; `parts` are those of this clause that wait for their trouble."""

    def __init__(self, keys: list[str], row: list[Item]) -> None:
        self.keys, self.row, self.table = keys, row, _table()
        self.found: list[Item] = []
        self.parts: list[Item] = []
        self.carried: list[Item] = []  # parts of the last clause without a trouble: "my throat, it is sore"
        self.asked: list[Item] = []  # parts of the last trouble, for "is it sore? it is"
        self.told: list[Item] = []  # parts last bound, in Chinese: 昨天胸口疼，今儿没疼
        self.open_trouble: Item | None = None
        self.begun = 0  # the token where the clause began

    def bound(self) -> list[Item]:
        """All items and the symptoms that parts and troubles make."""
        for item in self.row:
            self.found.append(item)
            if item.topic == "sign" and item.name != "list":
                self._sign(item)
            elif item.topic == "part":
                trouble = self.open_trouble
                bound = trouble and ((item.name, trouble.name) in self.table or ("alone", trouble.name) in self.table)
                near = 1 if trouble and trouble.name == "bad" else 5
                if trouble and item.first - trouble.end <= near and (bound or not self.keys[item.first].isascii()):
                    self._bind(item, trouble)
                else:
                    self.parts.append(item)
            elif item.topic == "trouble":
                self._trouble(item)
            elif item.topic == "cue" and item.name in ("over", "notgone"):
                self._restored(item)
            elif item.topic == "symptom" and not self.keys[item.first].isascii():
                self._symptom(item)
        self.found.sort(key=order)
        return self.found

    def _symptom(self, item: Item) -> None:
        """头疼, told in one word, is told of the head; 喉咙像火在烧 is no fever."""
        if item.name in _PARTS:
            self.told = [Item("part", _PARTS[item.name], item.first, item.end)]
        elif self.keys[item.first] == "烧" and self.parts and all(part.name in _BURNING for part in self.parts):
            item.topic, item.name = "trouble", "cut"
            self._trouble(item)

    def _sign(self, item: Item) -> None:
        if item.name == "comma":
            self.carried = self.parts
        else:
            self.carried = (self.parts or self.asked) if item.name == "question" else []
        self.parts, self.asked, self.open_trouble, self.begun = [], [], None, item.end

    def _trouble(self, item: Item) -> None:
        again = self.asked if self.keys[item.end : item.end + 1] not in _INSIDE else []
        carried = [] if self.keys[item.first] == "还" else self.carried[-1:]  # 闻不到味道，吃东西还好
        near = [part for part in self.parts or carried or again if item.first - part.end <= _APART]
        if not near and item.first - self.begun <= _BARE and not self.keys[item.first].isascii():
            near = [part for part in self.told if (part.name, item.name) in self.table and item.name != "fine"]
        if item.name == "fine" and self.keys[item.first - 1] in _MYSELF:
            return
        if near and not any(
            (part.name, item.name) in self.table or ("alone", item.name) in self.table for part in near
        ):
            return
        for part in near:
            self._bind(part, item)
        alone = "alone" if ("alone", item.name) in self.table else "bare" if self._bare(item) else ""
        if not near and (alone, item.name) in self.table:
            symptom = self.table[alone, item.name]
            self.found.append(Item("symptom", symptom, item.first, item.end, start=item.first))
        self.told = near or self.told
        self.parts, self.carried, self.asked, self.open_trouble = [], [], near, None if near else item

    def _bare(self, item: Item) -> bool:
        """三十八度，冷，抖: a trouble of the whole body that is a clause by itself."""
        before = self.keys[self.begun : item.first]
        return item.first != 0 and all(key in small("degree") for key in before) and _last(self.keys, item.end - 1)

    def _restored(self, item: Item) -> None:
        """味觉慢慢回来，现在正常了: a part that is well again, or not yet, with no trouble told."""
        english = self.keys[item.first].isascii()
        for part in self.parts or ([] if english else self.carried[-1:]):
            symptom = self.table.get((part.name, "fine"))
            if english and part.name == "sense" and symptom:  # my smell is back, it hasn't come back
                lacking = not small("lackingback").isdisjoint(self.keys[item.first : item.end])
                told = symptom.removeprefix("not ") if lacking == (item.name == "notgone") else symptom
                if item.name == "notgone" or not _BACK.isdisjoint(self.keys[item.first : item.end]):
                    self.found.append(item_of(Label("symptom", told), item.first, item.end))
                    self.found[-1].start = part.first
                continue
            if english and item.name == "notgone":
                continue
            if symptom and not any(other.topic == "symptom" and other.first >= part.first for other in self.found):
                told = symptom if item.name == "over" else symptom.removeprefix("not ")
                self.found.append(item_of(Label("symptom", told), item.first, item.end))
                self.found[-1].start = part.first

    def _bind(self, part: Item, trouble: Item) -> None:
        symptom = self.table.get((part.name, trouble.name))
        if symptom:
            first, end = trouble.first, trouble.end
            made = item_of(Label("symptom", symptom), first, max(end, part.end) if part.first > first else end)
            made.start = min(part.first, first)
            alone = self.table.get(("alone", trouble.name))  # the ache that is behind my eyes
            if alone and alone != symptom:
                self.found[:] = [i for i in self.found if i.name != alone or i.first != first]
            self.found.append(made)
        elif ("alone", trouble.name) in self.table:  # the stomach that aches is no aching body
            self.found[:] = [i for i in self.found if i.topic != "symptom" or i.first != trouble.first]


def _heard(keys: list[str], row: list[Item]) -> list[Item]:
    """鼻子还赌, 头桶: a character behind a part, last in its clause, that sounds like a trouble of that part."""
    known = {at for item in row for at in range(item.first, item.end)}
    heard: list[Item] = []
    for item in row:
        if item.topic != "part":
            continue
        for at in range(item.end, min(item.end + 4, len(keys))):
            trouble = _HEARD.get(syllable(keys[at])) if at not in known and len(keys[at]) == 1 else None
            name = _troubles().get(trouble, "") if trouble and keys[at] not in _PLAIN else ""
            if name and (item.name, name) in _table() and _last(keys, at):
                heard.append(Item("trouble", name, at, at + 1, guessed=True))
                break
    return sorted([*row, *heard], key=order) if heard else row


def _last(keys: list[str], at: int) -> bool:
    """Whether nothing but particles follows in the clause."""
    end = at + 1
    while end < len(keys) and keys[end] in _CLOSING:
        end += 1
    return end == len(keys) or is_sign(keys[end])

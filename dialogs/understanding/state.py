"""What the pass over an answer knows at each word: who is meant, what is denied, which symptoms wait for a verdict."""

from dataclasses import dataclass, field

from dialogs.understanding.clauses import Clauses, small
from dialogs.understanding.items import Item


@dataclass(slots=True)
class State:
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

    def _turn(self, who: str) -> None:
        if who != self.who:
            self.who = who
            self.past = False
            if self.denied in ("list", "verb"):
                self.denied = ""

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

    def _new_clause(self, at: int, keep_run: bool = False) -> None:
        self.clause += 1
        self.journeys = []
        if self.run:
            self.before = self.before + self.run if keep_run else self.run
            self.run = []
        self.style = self.clauses.style(at + 1)

    def _bare(self, start: int, item: Item) -> bool:
        """Whether a symptom after a comma only goes on with the list."""
        first = item.start if start <= item.start < item.first else item.first
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

    def _others_before(self) -> bool:
        targets = self.run or self.before
        return bool(targets) and all(symptom.who for symptom in targets)

    def _close(self, item: Item) -> None:
        self.excepted = False
        self.before, self.run = self.run, []


_STATED = {("cue", "have"), ("cue", "i"), ("cue", "hedge")}

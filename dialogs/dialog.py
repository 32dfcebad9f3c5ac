"""One conversation: hears words, keys or silence, gives back the events of the turn, and says what to say next."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dialogs import ending, hearing, household, speech, walking
from dialogs.events import Event, Heard, Reply
from dialogs.members import sex_of
from dialogs.questions import Question
from dialogs.script import Script
from dialogs.wording import Say

Json = Any
_KEPT = (
    "step", "language", "about", "family", "answers", "confirmed", "partly", "order", "met", "walked", "focus",
    "no_input", "no_match", "turns", "seconds", "used", "spoke", "holding", "disposition", "text", "rewind", "echoed",
)  # fmt: skip


@dataclass(slots=True)
class Dialog:
    """A conversation with one household on one script; plain data that the script's machine moves from step to step.

    `facts` is what is known beforehand: resident, members, caller, recorded, channel, now, fever_c, previous, day.
    After `open` and each `hear`, `reply` says what to say and how to listen.
    """

    script: Script
    facts: Mapping[str, Json]
    step: str = ""
    language: str = ""
    about: str = ""
    family: bool = False
    answers: dict[str, dict[str, Json]] = field(default_factory=dict)
    confirmed: list[str] = field(default_factory=list)
    partly: list[str] = field(default_factory=list)
    order: list[list[str]] = field(default_factory=list)
    met: list[str] = field(default_factory=list)
    walked: dict[str, list[str]] = field(default_factory=dict)
    focus: dict[str, Json] | None = None
    no_input: int = 0
    no_match: int = 0
    turns: int = 0
    seconds: float = 0.0
    used: dict[str, int] = field(default_factory=dict)
    spoke: bool = False
    holding: float = 0.0
    disposition: str | None = None
    text: list[str] = field(default_factory=lambda: ["", ""])
    rewind: str = ""
    echoed: dict[str, Json] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    saying: list[tuple[str, str]] = field(default_factory=list)
    manner: str = "say"
    said_before: dict[str, Json] = field(default_factory=dict)
    advice: str = ""
    previous: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.step = self.step or self.script.start
        self.language = self.language or str(self.resident.get("language") or "zh-Hans")
        self.about = self.about or self.called
        self.previous = self.script.current(self.facts.get("previous"))

    # what is known

    @property
    def resident(self) -> Mapping[str, Json]:
        """The person called."""
        resident: Mapping[str, Json] = self.facts["resident"]
        return resident

    @property
    def called(self) -> str:
        """The id of the person called."""
        return str(self.resident["id"])

    @property
    def members(self) -> list[Mapping[str, Json]]:
        """Everybody in the household that this conversation covers, the person called first."""
        return list(self.facts.get("members") or [self.resident])

    @property
    def telephone(self) -> bool:
        """Whether this is spoken."""
        return bool(self.facts.get("channel", "phone") == "phone")

    @property
    def now(self) -> datetime:
        """The local time of this moment of the conversation."""
        return datetime.fromisoformat(str(self.facts["now"])) + timedelta(seconds=self.seconds)

    @property
    def over(self) -> bool:
        """Whether the conversation has ended."""
        return self.disposition is not None

    @property
    def question(self) -> Question | None:
        """What the step asks for."""
        return self.script.steps[self.step].ask

    @property
    def question_name(self) -> str | None:
        """The name of the answer that the step asks for."""
        return self.question.name if self.question else None

    @property
    def proxy(self) -> bool:
        """Whether the answers now asked for are about somebody other than the speaker."""
        return self.family or self.about != self.called

    @property
    def reply(self) -> Reply:
        """What to say now, and how to listen for the answer."""
        return speech.reply(self)

    def value(self, name: str) -> Json:
        """An answer about the present person, or a fact; None is blank."""
        answers = self.answers.get(self.about)
        if answers and name in answers:
            return answers[name]
        match name:
            case "proxy":
                return self.proxy
            case "alone":
                return len(self.members) < 2
            case "volunteered":
                return self._volunteered()
            case "times":
                return self.no_match
            case "language":
                return self.language
            case "sex":
                return sex_of(household.member(self, self.about)) or None
            case "age":
                born = household.member(self, self.about).get("birth_year")
                return self.now.year - int(born) if born else None
            case "fever_c":
                return self.facts.get("fever_c", 37.3)
        return self.facts.get(name) if name in ("day", "channel", "recorded") else None

    def _volunteered(self) -> bool:
        """Whether something that the present question asks for was said before; that all is well does not count."""
        if self.question is None or f"{self.about} {self.question.name}" not in self.partly:
            return False
        known = self.answers.get(self.about, {}).get(self.question.name)
        return bool(known["present"]) if isinstance(known, dict) else True

    def before(self, name: str) -> Json:
        """The answer of the last round about the person called; None is blank."""
        return self.previous.get(name) if self.about == self.called else None

    def has_essentials(self, who: str) -> bool:
        """Whether everything that the script calls essential is known about a person."""
        answers = self.answers.get(who, {})
        return all(answers.get(name) is not None for name in self.script.essential)

    # the turns

    def open(self) -> list[Event]:
        """Begin: the events of the greeting."""
        self.events = []
        walking.go_on(self)
        return self.events

    def hear(self, heard: Heard) -> list[Event]:
        """Take one turn of the resident's; the events of the turn, what was heard first."""
        self.events = [Heard(heard.words, heard.keys, heard.hung_up, heard.seconds, heard.confidence,
                             heard.alternatives, heard.how, self.step)]  # fmt: skip
        if self.over:
            return self.events
        self.turns += 1
        self.seconds = max(self.seconds, heard.seconds)
        self.saying, self.manner = [], "say"
        self.said_before, self.echoed = self.echoed, {}
        if heard.hung_up:
            ending.break_off(self, "hung_up")
            return self.events
        if heard.silent:
            hearing.silence(self)
        else:
            self.spoke, self.no_input, self.holding = True, 0, 0.0
            hearing.listen(self, heard)
        walking.go_on(self)
        return self.events

    def reopen(self) -> None:
        """The conversation was over, and its last answer may still be put right: words are heard again."""
        last = next((step for name, _ in reversed(self.order) if (step := self.script.step_of(name))), None)
        if last is not None:
            self.disposition, self.step = None, last

    def interrupt(self, reason: str) -> list[Event]:
        """The line is dead (hang-up, time limit, crash): end with what there is."""
        self.events = []
        if not self.over:
            ending.break_off(self, reason)
        return self.events

    def message(self, name: str) -> Reply:
        """A wording of the script by its name, to which no answer is expected."""
        self.saying = []
        self.speak(name)
        speech.finish(self)
        return replace(self.reply, kind="notice", over=True)

    def memory(self) -> dict[str, Json]:
        """All that is needed to go on after a restart, for json.dumps at once (it is not copied)."""
        kept = {name: getattr(self, name) for name in _KEPT}
        return {"script": self.script.name, "version": self.script.version, "facts": self.facts, **kept}

    @classmethod
    def recall(cls, script: Script, memory: Mapping[str, Json]) -> Dialog:
        """The conversation as it was; ValueError when the memory belongs to another script or version."""
        if (memory["script"], memory["version"]) != (script.name, script.version):
            raise ValueError(
                f"a conversation on {memory['script']} version {memory['version']} cannot go on with "
                f"{script.name} version {script.version}"
            )
        return cls(script, memory["facts"], **{name: memory[name] for name in _KEPT if name in memory})

    @classmethod
    def take_up(cls, script: Script, memory: Mapping[str, Json], facts: Mapping[str, Json]) -> Dialog | None:
        """A conversation that broke off, to be gone on with at its question: what was answered holds.

        None when it did not break off, belongs to another script or version, or was with or about somebody else: then
        it is begun anew.
        """
        who = str(facts["resident"]["id"])
        same = (memory["script"], memory["version"]) == (script.name, script.version)
        theirs = memory.get("about") == who and not memory.get("family") and memory.get("answers", {}).get(who)
        if not (same and theirs and memory.get("disposition") in ("break_off", "partial")):
            return None
        fresh = {"disposition", "focus", "text", "turns", "seconds", "no_input", "no_match", "holding", "rewind"}
        kept = {name: copy.deepcopy(memory[name]) for name in _KEPT if name in memory and name not in fresh}
        return cls(script, facts, **kept)

    def speak(self, say: Say | str, **places: str) -> None:
        """Add something to what is said in this turn."""
        speech.speak(self, self.script.says[say] if isinstance(say, str) else say, places)

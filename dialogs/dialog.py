"""One conversation: hears words, keys or silence, gives back the events of the turn, and says what to say next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dialogs import acts, focus, household, speech
from dialogs.events import Answered, Concluded, Ended, Event, Heard, Reply, Requested, Said
from dialogs.focus import Item
from dialogs.machine import walk
from dialogs.readers import UNSURE, Ear, Question, Reading, doubt
from dialogs.script import OTHERWISE, Script, Step
from dialogs.understanding import understand
from dialogs.wording import Say

Json = Any
_KEPT = (
    "step", "language", "about", "family", "answers", "confirmed", "partly", "order", "met", "walked", "focus",
    "no_input", "no_match", "turns", "seconds", "used", "spoke", "holding", "disposition", "text", "rewind",
)  # fmt: skip


_WRONG = re.compile(r"错了|錯了|\b(wrong|mistake|incorrect|misheard|misread)\b", re.IGNORECASE)
_CLOSING = re.compile(
    r"(没|沒|無|无|不).{0,4}(症状|症狀|不舒服|不适|别的|別的|其他)|一切正常|都正常|都没有|都沒有|就是|只是|只有|光是|"
    r"\b(no|any|other|nothing) (other )?(symptom|else|problem|complaint)|feel(ing)? (fine|well|good|ok)|"
    r"(am|i'm) (fine|well|good|ok|okay)\b|\bonly\b|\bjust\b",
    re.IGNORECASE,
)


def _without_fever(reading: Reading | None, asked: Question | None) -> Reading | None:
    """A yes or no to "any fever?" is that answer, not one about the symptoms as well."""
    if not reading or not asked or asked.context != "fever":
        return reading
    value = {key: [name for name in names if name != "fever"] for key, names in reading.value.items()}
    return Reading(reading.meaning, value, reading.confidence, reading.span, True) if any(value.values()) else None


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
    events: list[Event] = field(default_factory=list)
    saying: list[tuple[str, str]] = field(default_factory=list)
    manner: str = "say"
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
                return self.question is not None and f"{self.about} {self.question.name}" in self.partly
            case "times":
                return self.no_match
            case "language":
                return self.language
            case "sex":
                return household.sex_of(household.member(self, self.about)) or None
            case "age":
                born = household.member(self, self.about).get("birth_year")
                return self.now.year - int(born) if born else None
            case "fever_c":
                return self.facts.get("fever_c", 37.3)
        return self.facts.get(name) if name in ("day", "channel", "recorded") else None

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
        self._go_on()
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
        if heard.hung_up:
            self._break_off("hung_up")
            return self.events
        if heard.silent:
            self._silence()
        else:
            self.spoke, self.no_input, self.holding = True, 0, 0.0
            self._listen(heard)
        self._go_on()
        return self.events

    def interrupt(self, reason: str) -> list[Event]:
        """The line is dead (hang-up, time limit, crash): end with what there is."""
        self.events = []
        if not self.over:
            self._break_off(reason)
        return self.events

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
        return cls(script, memory["facts"], **{name: memory[name] for name in _KEPT})

    # hearing

    def _silence(self) -> None:
        self.no_input += 1
        self.holding, self.manner = 0.0, "again"
        if self.no_input >= self.script.limits.misses:
            walk(self.script).put(self, "silent")
            self.focus = None
        elif self.no_input > 1:
            self.speak("still_there")

    def _listen(self, heard: Heard) -> None:
        if heard.keys and not (heard.words and heard.words.strip()):
            self._keys(heard)
            return
        words = heard.words or ""
        language = speech.language_of(words, self.language, str(self.resident.get("language")))
        if language != self.language:
            self.language = language
            self.speak("switched")
            if speech.names_language(words):
                return
        ear = self.ear(words, self._context(), heard)
        handler = focus.HANDLERS.get(str(self.focus["on"])) if self.focus else None
        if handler:
            handler(self, ear)
        else:
            self._answer(ear)

    def ear(self, words: str, context: str, heard: Heard | None = None) -> Ear:
        """What words mean in a context, for the present question."""
        options = focus.options(self) or speech.options(self.question)
        now = self.now
        understood = understand(words, context=context, lang=self.language, options=options, now=now)
        return Ear(household.view(self, understood), words, now, heard.confidence if heard else 1.0,
                   heard.how if heard else "words")  # fmt: skip

    def _context(self) -> str:
        if self.focus:
            return str(self.focus.get("context", "open"))
        question = self.question
        return question.reader.context(question) if question else "open"

    def _keys(self, heard: Heard) -> None:
        keys = str(heard.keys)
        if keys == "#":
            self.manner = "say"
            return
        ear = Ear(speech.NOTHING, keys, self.now, heard.confidence, "keys")
        if self.focus:
            focus.keys(self, keys, ear)
            return
        question = self.question
        reading = question.reader.keys(keys, question, self.now) if question else None
        if question and reading:
            self.accept(question, reading, ear)
        else:
            self.missed()

    def _answer(self, ear: Ear) -> None:
        question = self.question
        if question is None:
            return
        reading = question.reader.read(ear, question)
        others = [*household.mentions(self, ear), *self._volunteered(ear, question)]
        act = acts.meant(self, ear)
        if act is None and reading and reading.meaning in ("no", "none") and self._takes_back(ear, others):
            act = "correction"
        if act == "correction":
            self._correct(ear, others)
        elif act and act != "dont_know" and not self._outweighs(reading, act):
            self.take(others, ear)
            acts.perform(self, act, ear)
        elif reading:
            self.accept(question, reading, ear, others)
            if act in acts.ASIDE:
                acts.perform(self, act, ear)
        elif act == "dont_know":
            self.take(others, ear)
            self.blank(question.name, UNSURE)
        elif known := acts.asked_about(self, ear):
            acts.perform(self, known, ear)
        elif others:
            self.take(others, ear)
            self.manner = "again"
        elif ear.words.strip().isdecimal() and (typed := question.reader.keys(ear.words.strip(), question, self.now)):
            self.accept(question, typed, ear)
        elif aside := acts.aside(self, ear):
            acts.perform(self, aside, ear)
        else:
            self.missed("implausible" if ear.understood.temperature_status == "implausible" else "no_match")

    def _outweighs(self, reading: Reading | None, act: str) -> bool:
        """Whether an answer counts for more than the act in the same words: "no need" refuses help, not the call."""
        if reading is None or reading.loose:
            return False
        kind = self.question.kind if self.question else ""
        if act == "wrong_number":
            return kind == "one_of" and reading.meaning not in ("yes", "no")
        return act not in acts.FIRST or (act == "refuse" and kind == "any_of" and reading.meaning == "none")

    def _volunteered(self, ear: Ear, asked: Question | None) -> list[Item]:
        """Answers that were not asked for but given; what is already known the same way is left out."""
        found: list[Item] = []
        u = ear.understood
        closing = bool(_CLOSING.search(ear.words))
        if u.temperature_c is u.onset_days_ago is u.count is None and not (
            u.symptoms_present or u.symptoms_absent or u.all_well or closing
        ):
            return found
        for question in self.script.questions.values():
            if question is asked or not self._speaks_of(question):
                continue
            reading = question.reader.volunteered(ear, question)
            if question.kind == "symptoms":
                reading = self._closed(question, ear, reading, asked) if closing else _without_fever(reading, asked)
            if reading and reading.value != self.answers.get(self.about, {}).get(question.name):
                found.append(focus.item(question.name, self.about, reading, ear))
        return found

    def _closed(self, question: Question, ear: Ear, reading: Reading | None, asked: Question | None) -> Reading | None:
        """Symptoms with "nothing else" or "only", heard as the answer to their own question: nothing is left open."""
        again = question.reader.read(self.ear(ear.words, "symptoms"), question)
        if again is None or again.value is None or (asked and asked.kind == "yes_no" and not reading):
            return _without_fever(reading, asked)
        return again

    def _takes_back(self, ear: Ear, others: list[Item]) -> bool:
        """Whether a "no" is about something said before: known answers come anew, or the words call it wrong."""
        return bool(_WRONG.search(ear.words)) or any(self._known_otherwise(one) for one in others)

    def _known_otherwise(self, one: Item) -> bool:
        known = self.answers.get(one["who"], {}).get(one["name"])
        return known is not None and not self._partly(one["name"], one["who"]) and known != one["value"]

    def _speaks_of(self, question: Question) -> bool:
        return question.kind in ("temperature", "symptoms", "when", "count") or question.context == "fever"

    def _correct(self, ear: Ear, others: list[Item]) -> None:
        """Take back an earlier answer: the new value where one was said, else ask again from that question on."""
        changed = [item for item in others if item["name"] in self.answers.get(item["who"], {})]
        last = self.order[-1] if self.order else None
        named = next((n for n, w in reversed(self.order) if self._label(n) in ear.words.lower()), None)
        if not changed and last:
            name, who = (named, self.about) if named else last
            changed = self._changed(name, who, ear)
            if not changed:
                self.forget(name, who)
                self.speak("correct_what")
                self.back_to(name, who)
                return
        if not changed:
            question = self.question
            reading = question.reader.read(ear, question) if question else None
            if question and reading:
                self.accept(question, reading, ear, others)
            else:
                self.take(others, ear)
                self.missed()
            return
        for one in others:
            focus.merge_correction(self, one)
        self.take(others or changed, ear)

    def _label(self, name: str) -> str:
        return self.script.label(self.script.questions[name], self.language).lower()

    def _changed(self, name: str, who: str, ear: Ear) -> list[Item]:
        question = self.script.questions[name]
        again = self.ear(ear.words, question.reader.context(question))
        reading = question.reader.read(again, question)
        old = self.answers.get(who, {}).get(name)
        if not reading or reading.loose or reading.value is None or reading.value == old:
            return []
        return [focus.item(name, who, reading, ear)]

    # answers

    def accept(self, question: Question, reading: Reading, ear: Ear, others: list[Item] | None = None) -> None:
        """Take the answer to the present question, with whatever else was said."""
        still = self._still(question) if reading.meaning == "which" else None
        reading = still or reading
        if reading.meaning == "which":
            focus.list_symptoms(self, question)
            return
        items = list(others or ())
        if question.kind == "members":
            items = household.spread(self, reading, ear, items)
        one = focus.item(question.name, self.about, reading, ear)
        if f"{self.about} {question.name}" in self.partly:
            focus.add_to_partly(self, one)
        if still:
            self.confirmed.append(f"{self.about} {question.name}")
            self.answers.setdefault(self.about, {})[question.name] = one["value"]
        self.take([one, *items], ear, None if still else question.name)

    def _still(self, question: Question) -> Reading | None:
        """A plain yes to "yesterday you coughed: still?" is the answer of the last round, with perhaps more to say."""
        before = self.before(question.name)
        if not before or not before.get("present") or self.value("volunteered"):
            return None
        return Reading("some", {"present": list(before["present"]), "absent": []}, partly=True)

    def take(self, items: list[Item], ear: Ear, asked: str | None = None) -> None:
        """Keep what is plain, say it again by phone, and ask about what is abnormal, improbable or uncertain."""
        doubtful: list[Item] = []
        plain: list[Item] = []
        for one in items:
            one["partly"] = bool(one["partly"]) and (one["name"] != asked or one["who"] != self.about)
            (doubtful if self._doubt(one) else plain).append(one)
        for one in plain:
            self.keep(one)
        focus.echo(self, plain)
        if doubtful:
            focus.ask_to_confirm(self, doubtful)

    def _doubt(self, one: Item) -> str | None:
        question = self.script.questions[one["name"]]
        if one["confidence"] < self.script.limits.uncertain:
            return "uncertain"
        if f"{one['who']} {one['name']}" in self.confirmed and self._same(one):
            return None
        found = doubt(question, one["value"], self.before(question.name), float(self.value("fever_c")))
        if found == "abnormal" and question.kind == "symptoms" and not self.telephone:
            return None
        one["doubt"] = found
        return found

    def _partly(self, name: str, who: str) -> bool:
        return f"{who} {name}" in self.partly

    def _same(self, one: Item) -> bool:
        """Whether a value was confirmed already; of symptoms, whether none was added."""
        known, value = self.answers.get(one["who"], {}).get(one["name"]), one["value"]
        return known == value or (isinstance(known, dict) and {*value["present"]} <= {*known["present"]})

    def _consistent(self, one: Item) -> Json:
        """The value; whoever has a temperature of fever does not deny the fever by denying everything."""
        value = one["value"]
        if not isinstance(value, dict) or "fever" not in value.get("absent", ()):
            return value
        known = self.answers.get(one["who"], {})
        degrees = [known.get(q.name) for q in self.script.questions.values() if q.kind == "temperature"]
        if any(isinstance(c, (int, float)) and c >= float(self.value("fever_c")) for c in degrees):
            return {**value, "absent": [name for name in value["absent"] if name != "fever"]}
        return value

    def keep(self, one: Item, confirmed: bool = False) -> None:
        """An answer is known from now on."""
        name, who, value = one["name"], one["who"], self._consistent(one)
        if who == self.called and self.answers.get(who, {}).get(name, value) != value and not self._partly(name, who):
            self.rewind = name
        confirmed = confirmed or (f"{who} {name}" in self.confirmed and self._same(one))
        self.answers.setdefault(who, {})[name] = value
        key = f"{who} {name}"
        if one["partly"] and key not in self.partly:
            self.partly.append(key)
        elif not one["partly"] and key in self.partly:
            self.partly.remove(key)
        if confirmed and key not in self.confirmed:
            self.confirmed.append(key)
        if [name, who] in self.order:
            self.order.remove([name, who])
        self.order.append([name, who])
        if self.script.questions[name].kind == "call_time":
            self.events.append(Requested("call_later", one["words"], value or None))
            return
        span = tuple(one["span"]) if one["span"] else None
        reporter = "proxy" if self.family or who != self.called else "self"
        self.events.append(Answered(name, value, who, reporter, one["words"], span,  # type: ignore[arg-type]
                                    round(one["confidence"], 3), one["how"], confirmed))  # fmt: skip

    def blank(self, name: str, meaning: str) -> None:
        """The present question has no answer, and is not asked again."""
        self.answers.setdefault(self.about, {})[name] = None
        to = self.script.steps[self.step].next
        if meaning in to:
            self._move(meaning)

    def forget(self, name: str, who: str) -> None:
        """A question is open again."""
        self.answers.get(who, {}).pop(name, None)
        if f"{who} {name}" in self.partly:
            self.partly.remove(f"{who} {name}")

    def back_to(self, name: str, who: str) -> None:
        """Run again from the question that asks for `name`; what is answered is passed over."""
        step = self.script.step_of(name)
        if step and step != self.step:
            self.about = who if self.script.steps[step].ask and who == self.called else self.about
            walk(self.script).put(self, step)
            self.no_match = self.no_input = 0

    def missed(self, why: str = "no_match") -> None:
        """What was said answers nothing: ask again, with keys after the second time, and at last go on without."""
        self.no_match += 1
        self.manner = "again"
        if self.no_match < self.script.limits.misses:
            self.speak(why)
            return
        question = self.question
        if self.focus:
            focus.give_up(self)
        elif question:
            lost = "lost" in self.script.steps[self.step].next
            if not lost:
                self.speak("skip_it")
            self.blank(question.name, "lost" if lost else UNSURE)

    # going on

    def _go_on(self) -> None:
        """Walk on until an answer is needed or the conversation is over, then say so."""
        limits = self.script.limits
        too_long = self.telephone and self.seconds >= limits.seconds  # a letter may wait for hours
        if not self.over and (self.turns >= limits.turns or too_long):
            step = self.script.steps[self.step]
            if step.kind != "end":
                focus.keep_pending(self)
                walk(self.script).put(self, "time_up")
        if self.rewind and not self.focus and not self.over:
            self.back_to(self.rewind, self.called)
            self.rewind = ""
        passed: set[tuple[str, str]] = set()
        while not self.over and not self.focus and not self._waits(self.script.steps[self.step], passed):
            pass
        if not self.over:
            speech.ask(self)
        speech.finish(self)
        self.events.append(Said(self.step, self.text[0], self.text[1]))
        if self.over:
            self.events[-1], self.events[-2] = self.events[-2], self.events[-1]

    def _waits(self, step: Step, passed: set[tuple[str, str]]) -> bool:
        """Do what the step is for; True when the resident has to speak before the dialog goes on."""
        match step.kind:
            case "question":
                return self._at_question(step, passed)
            case "notice":
                self._notice(step)
            case "branch":
                case = next(c for c, _ in step.cases if c is None or c.holds(self))
                self._move(case.text if case else OTHERWISE)
            case "each":
                self._next_person(step)
            case "end":
                self._end(step)
        return False

    def _at_question(self, step: Step, passed: set[tuple[str, str]]) -> bool:
        question = step.ask
        assert question is not None
        known = self.answers.get(self.about, {})
        household.conclude_others(self, question)
        key = (step.name, self.about)
        if question.name in known and f"{self.about} {question.name}" not in self.partly and key not in passed:
            passed.add(key)
            value = known[question.name]
            meaning = UNSURE if value is None else question.reader.meaning(value, question)
            self._set(step, meaning)
            self._move(meaning)
            return False
        if key in passed:
            self.forget(question.name, self.about)
        if step.condition and not step.condition.holds(self):
            self._move("skipped")
            return False
        return True

    def _set(self, step: Step, meaning: str) -> None:
        for name, value in step.sets.get(meaning, {}).items():
            if self.answers.get(self.about, {}).get(name) != value:
                self.keep(focus.item(name, self.about, Reading("", value), Ear(speech.NOTHING, "", self.now)))

    def _notice(self, step: Step) -> None:
        key = f"{self.about} {step.name}"
        if step.say and key not in self.met:
            self.met.append(key)
            self.speak(step.say)
        self.family = self.family or step.proxy
        self._move("said")

    def _next_person(self, step: Step) -> None:
        """Speak about the next member for whom the condition holds; back to the person called when there is none."""
        walked = self.walked.setdefault(step.name, [])
        for person in household.everybody(self):
            if person not in walked and person != self.called:
                self.about = person
                if step.condition and step.condition.holds(self):
                    walked.append(person)
                    self._move("one")
                    return
        self.about = self.called
        self._move("done")

    def _move(self, meaning: str) -> None:
        walk(self.script).move(self, meaning)
        self.no_match = self.no_input = 0
        self.manner = "say"

    # the end

    def _end(self, step: Step) -> None:
        self.about = self.called
        self._conclude()
        if step.say:
            self.speak(step.say)
        self._finish(self._standing(str(step.end)), step.reason or str(step.end))

    def _break_off(self, reason: str) -> None:
        focus.keep_pending(self)
        self.about = self.called
        self._conclude()
        self._finish(self._standing("as_is"), reason)

    def _finish(self, disposition: str, reason: str) -> None:
        self.disposition, self.focus = disposition, None
        self.events.append(Ended(disposition, reason, self.step))

    def _standing(self, end: str) -> str:
        """The disposition: what the step says, held against what was really answered."""
        essentials = self.has_essentials(self.called)
        if end == "complete":
            return end if essentials or not self.script.essential else "break_off"
        if end in ("as_is", "refused") and essentials:
            return "partial"
        if end == "as_is":
            return "break_off" if self.spoke else "non_contact"
        return end

    def _conclude(self) -> None:
        advices = []
        for who in [self.called, *(person for person in self.answers if person != self.called)]:
            self.about = who
            rule = next((r for r in self.script.results if self._holds(r.condition, who)), None)
            if rule and any(value is not None for value in self.answers.get(who, {}).values()):
                advice = speech.advice(self, rule.advice)
                self.events.append(Concluded(who, rule.colour, advice or None, rule.follow_up))
                if advice and (who == self.called or rule.condition):
                    advices.append(speech.addressed(self, who, advice))
        self.about = self.called
        self.advice = ("" if self.language.startswith("zh") else " ").join(advices)

    def _holds(self, condition: Any, who: str) -> bool:
        return bool(condition.holds(self)) if condition else self.has_essentials(who)

    def speak(self, say: Say | str, **places: str) -> None:
        """Add something to what is said in this turn."""
        speech.speak(self, self.script.says[say] if isinstance(say, str) else say, places)

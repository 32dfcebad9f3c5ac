"""A resident on the line: truthful in what he says, and a character in how, when and whether he says it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from simulator.answers import FEVER_C, Answers, Asked, Told, subject
from simulator.objections import objection, wrong_value
from simulator.people import Person, town_rates
from simulator.speaker import Speaker

ELDER = 65
BRIEF = 0.6  # of those who speak aloud answer a machine in few words from the beginning
GRAVE_C = 38.5  # short of breath with such a fever, he cries for help
SWITCHES_AT = 3  # the turn at which who changes the language does so
KEYS_FROM = 3  # asked the same so often, he presses keys where there are any,
KEYS_CHANCE = 0.6  # this often
ASKS_AGAIN = {True: 0.2, False: 0.01}  # at any one question, hard of hearing or not
SYLLABLES_PER_SECOND = 4.5  # Chinese, unhurried
WORDS_PER_SECOND = 2.6  # English, unhurried
SILENCE_SECONDS = 7.0
OTHER = {"en": "zh-Hans", "zh-Hans": "en"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a resident did in one turn: words, keys, silence (both None), perhaps hanging up after it.

    `seconds` are his, thinking and speaking; `intent` names what he meant, for the log.
    """

    text: str | None
    keys: str | None
    hangs_up: bool
    seconds: float
    intent: str


class SimulatedResident:
    """One person during one call; `family` is his whole household, `style` "speech", "voice" or "chat".

    On a second call (`attempt_no` 2 and more) he no longer asks to be called later, nor hangs up midway.
    """

    def __init__(self, person: Person, family: Sequence[Person], style: str = "speech", attempt_no: int = 1):
        self.person = person
        self.character = person.character
        self.first_call = attempt_no == 1
        self.turn = 0
        self.done: set[str] = set()
        self.times: Counter[str] = Counter()  # how often he was asked the same
        self.takes_back: float | None = None  # the reading he gave by mistake
        self.calls_back_at: tuple[int, str] | None = None
        self.answers = Answers(person, family)
        self.elder = person.birth_year <= town_rates()["year"] - ELDER
        self.aloud = style == "voice"
        self.brief = self.aloud and Random(f"brief {person.id}").random() < BRIEF
        self.asked_before: tuple[Any, ...] = ()
        self._speakers = {
            (language, brief): self._speaker(language, style, brief)
            for language in self._languages()
            for brief in {False, self.aloud}
        }

    def _languages(self) -> tuple[str, ...]:
        own = self.person.language
        return (own, OTHER[own]) if self.character.changes_language else (own,)

    def _speaker(self, language: str, style: str, brief: bool) -> Speaker:
        traits = {
            "talkative": self.character.talkative and not brief,
            "terse": self.character.terse or brief,
            "dialect": self.character.dialect,
            "elder": self.elder,
        }
        fahrenheit = self.character.fahrenheit and language == "en"
        return Speaker(language, style, [trait for trait, has in traits.items() if has], fahrenheit)

    @property
    def speaker(self) -> Speaker:
        """His tongue at this turn."""
        language = self.person.language
        if self.character.changes_language and self.turn >= SWITCHES_AT:
            language = OTHER[language]
        return self._speakers[language, self.brief]

    def answer(self, question: str, *, kind: str, asked: Asked, rng: Random) -> Spoken:
        """What he does when asked; `question` is the step's name, `kind` what is asked, `asked` its particulars.

        Of `asked` he knows: `person` (id of the person asked about), `name` (of the answer), `symptom`, `options`,
        `heard`, `said` (values read back) and `said_of` (whose they are, if not of `person`), `now` (datetime),
        `least` and `most` of a number, and `keypad` (not empty) where keys are understood: 1 for yes and 2 for no,
        tenths of a degree, days, places of options.
        """
        self.turn += 1
        self._understands_better(question, kind, asked)
        ways: tuple[Callable[[str, str, Asked, Random], Spoken | None], ...] = (
            self._leaves,
            self._is_silent,
            self._is_a_stranger,
            self._cries_for_help,
            self._objects,
            self._corrects_himself,
            self._goes_his_own_way,
            self._has_business_of_his_own,
        )
        for way in ways:
            spoken = way(question, kind, asked, rng)
            if spoken is not None:
                return spoken
        return self._answers(question, kind, asked, rng)

    def machine_greeting(self, rng: Random) -> Spoken:
        """What his voicemail says when it takes the call."""
        return self._spoken(self._say("machine", rng), rng)

    def _understands_better(self, question: str, kind: str, asked: Asked) -> None:
        """Aloud, whoever is asked the same again was not understood, and puts it in fewer words from then on."""
        now = question, kind, asked.get("person"), asked.get("symptom")
        self.brief = self.brief or (self.aloud and now == self.asked_before)
        self.asked_before = now

    # ---- what comes before any answer ----------------------------------------------------------------------

    def _leaves(self, question: str, kind: str, asked: Asked, rng: Random) -> Spoken | None:
        if self.first_call and self.character.hangs_up_at == self.turn:
            return Spoken(None, None, True, round(1.0 + rng.random(), 1), "hangs_up")
        return None

    def _is_silent(self, question: str, kind: str, asked: Asked, rng: Random) -> Spoken | None:
        if rng.random() < self.character.silent and self._first_time(f"silent {self.turn - 1}"):
            self.done.add(f"silent {self.turn}")
            return Spoken(None, None, False, SILENCE_SECONDS, "silent")
        return None

    def _is_a_stranger(self, question: str, kind: str, asked: Asked, rng: Random) -> Spoken | None:
        if not self.person.telephone.wrong_person:
            return None
        again = not self._first_time("wrong_number")
        name = self.answers.asked_about(asked).name
        words = self.speaker.say("wrong_number", rng, slots={"name": name})
        return self._spoken((words, "wrong_number"), rng, hangs_up=again)

    def _cries_for_help(self, question: str, kind: str, asked: Asked, rng: Random) -> Spoken | None:
        truth = self.person.truth
        grave = "shortness_of_breath" in truth.symptoms and truth.temperature_c >= GRAVE_C
        return self._once("emergency", rng) if grave and self.turn > 1 else None

    def _objects(self, question: str, kind: str, asked: Asked, rng: Random) -> Spoken | None:
        """Against a wrong value read back, unless he misses it."""
        now = asked.get("now")
        today = now.date() if isinstance(now, datetime) else None
        asked = {**asked, "person": asked.get("said_of", asked.get("person"))}
        key = wrong_value(asked.get("said") or {}, self.answers.asked_about(asked).truth, today)
        if key is None or self.takes_back is not None or rng.random() < self.character.misses_wrong_readback:
            return None
        if key.startswith("temperature") and self.character.no_thermometer:
            return self._spoken(self._say("not_measured", rng), rng)
        return self._spoken(objection(key, self.answers, asked, self.speaker, rng), rng)

    def _corrects_himself(self, question: str, kind: str, asked: Asked, rng: Random) -> Spoken | None:
        """One turn after a slip of the tongue he takes it back."""
        if self.takes_back is None:
            return None
        wrong = self.speaker.value(self.takes_back, rng)
        self.takes_back = None
        about = {**asked, "person": self.person.id}
        celsius = self.person.truth.temperature_c
        return self._spoken(self.answers.reading("correction", celsius, about, self.speaker, rng, wrong=wrong), rng)

    def _goes_his_own_way(self, question: str, kind: str, asked: Asked, rng: Random) -> Spoken | None:
        """Refuses, puts the robot off, or asks for a person."""
        if kind == "notice":
            return None
        if self.character.refuses:
            rule = "stop_calling" if rng.random() < 0.4 else "refuse"
            return self._spoken(self._say(rule, rng), rng, hangs_up=rng.random() < 0.6)
        if self.character.call_later and self.first_call:
            return self._puts_off(asked, rng)
        if self.character.wants_human and self.turn > 1:
            return self._once("human", rng)
        return None

    def _puts_off(self, asked: Asked, rng: Random) -> Spoken:
        """Another time, the first time perhaps without naming it; the same time when asked again."""
        if self.calls_back_at is None:
            now = asked.get("now")
            self.calls_back_at = _later(now.hour if isinstance(now, datetime) else None, rng)
        hour, day = self.calls_back_at
        at = self.speaker.say(day, rng, slots={"at": self.speaker.clock(hour, rng)})
        rule = "call_later" if self._first_time("call_later") else "call_at"
        words = self.speaker.say(rule, rng, slots={"at": at})
        return self._spoken((words, f"call_later {day} {hour}:00" if at in words else "call_later"), rng)

    def _has_business_of_his_own(self, question: str, kind: str, asked: Asked, rng: Random) -> Spoken | None:
        """Who calls, what was said, and by the way."""
        if kind == "notice":
            return None
        if self.character.suspicious and len(self.done & {"who_are_you", "how_got_number", "suspicious"}) < 2:
            if rng.random() < 0.6:
                return self._once(rng.choice(("who_are_you", "how_got_number", "suspicious")), rng)
        elif rng.random() < ASKS_AGAIN[self.character.hard_of_hearing]:
            return self._once(f"{rng.choice(('repeat', 'repeat', 'slower'))} {self.turn // 2}", rng)
        elif self.character.digresses and rng.random() < 0.3:
            return self._once(rng.choice(("question", "off_topic")), rng)
        return None

    # ---- the answer ----------------------------------------------------------------------------------------

    def _answers(self, question: str, kind: str, asked: Asked, rng: Random) -> Spoken:
        topic = subject(question, kind, asked)
        pressed = self._pressed(topic, question, asked, rng)
        if pressed:
            return Spoken(None, pressed, False, 1.0 + len(pressed), f"keys {pressed}")
        if kind == "call_time":
            return self._puts_off(asked, rng)
        if topic == "notice" and "call_later" in self.done:
            return self._spoken(self._say("goodbye", rng), rng)
        told = self._of_temperature(asked, rng) if topic == "temperature" else None
        told = told or self.answers.tell[topic](question, asked, self.speaker, rng)
        return self._spoken(self._with_more(topic, told, asked, rng), rng)

    def _of_temperature(self, asked: Asked, rng: Random) -> Told | None:
        """The ways to tell one's own temperature that are not plain; None for the plain one."""
        character, about = self.character, self.answers.asked_about(asked)
        celsius = about.truth.temperature_c
        if character.no_thermometer:
            return self._say("not_measured", rng)
        if character.measures_first and self._first_time("hold_on"):
            return self._say("hold_on", rng)
        if about is not self.person or not self._first_time("temperature"):
            return None
        if celsius < FEVER_C and rng.random() < 0.03:
            return self._say("temperature_normal", rng)
        if character.corrects_himself:
            return self._slip_of_the_tongue(celsius, asked, rng)
        if character.talkative and rng.random() < 0.1:
            earlier = self.speaker.value(_near(celsius, rng), rng)
            return self.answers.reading("temperature_twice", celsius, asked, self.speaker, rng, earlier=earlier)
        if character.talkative and rng.random() < 0.1:
            return self._with_relative(celsius, asked, rng)
        return None

    def _slip_of_the_tongue(self, celsius: float, asked: Asked, rng: Random) -> Told:
        """Put right in the same breath, or a turn later."""
        slip = _near(celsius, rng)
        if rng.random() < 0.6:
            wrong = self.speaker.value(slip, rng)
            return self.answers.reading("temperature_repaired", celsius, asked, self.speaker, rng, wrong=wrong)
        self.takes_back = slip
        words, _ = self.answers.reading("temperature", slip, asked, self.speaker, rng)
        return words, f"temperature_slip {slip}"

    def _with_relative(self, celsius: float, asked: Asked, rng: Random) -> Told | None:
        others = [member for member in self.answers.family if member is not self.person]
        if not others:
            return None
        other = rng.choice(others)
        kin = self.speaker.kin(self.person, other, rng)
        value = self.speaker.value(other.truth.temperature_c, rng)
        return self.answers.reading("temperature_both", celsius, asked, self.speaker, rng, kin=kin, kin_value=value)

    def _with_more(self, topic: str, told: Told, asked: Asked, rng: Random) -> Told:
        """Who volunteers adds what would be asked next."""
        following = {"greeting": "temperature", "temperature": "symptoms"}.get(topic)
        own = self.answers.asked_about(asked) is self.person
        if not (following and own and self.character.volunteers) or told[1].split()[0] in ("hold_on", "not_measured"):
            return told
        if self.takes_back is not None or self.character.no_thermometer or rng.random() < 0.4:
            return told
        words, intent = self.answers.tell[following](following, asked, self.speaker, rng)
        return f"{told[0]}{self.speaker.say('and_more', rng)}{words}", f"{told[1]} + {intent}"

    def _pressed(self, topic: str, question: str, asked: Asked, rng: Random) -> str | None:
        """Keys, where words have failed him twice and keys are understood."""
        again = f"{question} {topic} {asked.get('person')} {asked.get('symptom')}"
        self.times[again] += 1
        if self.times[again] < KEYS_FROM or not asked.get("keypad") or rng.random() >= KEYS_CHANCE:
            return None
        if topic == "temperature" and self.character.no_thermometer:
            return None
        return self.answers.keys(topic, question, asked)

    # ---- small things --------------------------------------------------------------------------------------

    def _first_time(self, what: str) -> bool:
        first = what not in self.done
        self.done.add(what)
        return first

    def _once(self, rule: str, rng: Random) -> Spoken | None:
        """Says a rule the first time only; the word after a space tells two times apart."""
        if not self._first_time(rule):
            return None
        return self._spoken(self._say(rule.split()[0], rng), rng)

    def _say(self, rule: str, rng: Random) -> Told:
        return self.speaker.say(rule, rng), rule

    def _spoken(self, told: Told, rng: Random, hangs_up: bool = False) -> Spoken:
        words, intent = told
        text = self.speaker.written(words, rng)
        return Spoken(text, None, hangs_up, round(self._seconds(text, intent, rng), 1), intent)

    def _seconds(self, text: str, intent: str, rng: Random) -> float:
        """Thinking and speaking; who goes to take his temperature is away for a while."""
        english = self.speaker.language == "en"
        speaking = len(text.split()) / WORDS_PER_SECOND if english else len(text) / SYLLABLES_PER_SECOND
        away = rng.uniform(15, 40) if intent == "hold_on" else 0.0
        return (0.5 + rng.random() + speaking) * (1.25 if self.elder else 1.0) + away


def _near(celsius: float, rng: Random) -> float:
    """Another reading that a slip of the tongue or an earlier hour could give, °C."""
    return round(min(41.0, max(35.0, celsius + rng.choice((-0.6, -0.5, -0.3, -0.2, 0.2, 0.3, 0.5, 0.6)))), 1)


def _later(hour: int | None, rng: Random) -> tuple[int, str]:
    """An hour to be called at, and whether today or tomorrow; in the evening it is tomorrow."""
    soonest = 14 if hour is None else hour + 2
    if soonest > 20:
        return rng.choice((9, 10, 11, 14, 15)), "tomorrow"
    return rng.choice([later for later in range(soonest, 21) if later != 12]), "today"

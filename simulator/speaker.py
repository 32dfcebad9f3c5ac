"""Puts what a person means into words: fills the slots of the grammar, and writes it as spoken or as typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from random import Random

from simulator.kinship import kin
from simulator.numerals import ZH_DIGITS, en_number, zh_count, zh_number
from simulator.people import SYMPTOMS, Person
from simulator.wordings import Grammar, grammar

SLIP_CHANCE = 0.02
HIGH_C = 39.0
PUNCTUATION = re.compile(r"[，。！？；：、…～,!?;:]|\.(?!\d)")
EMOJI = re.compile(r"[\U0001F300-\U0001FAFF✅👌]")

Slot = str | Callable[[], str]
Slots = dict[str, Slot]


class Speaker:
    """One person's tongue in one language; `flags` colour the wording.

    `style` is "speech" (as a recogniser would write it down), "voice" (to be spoken aloud) or "chat".
    """

    def __init__(self, language: str, style: str, flags: Iterable[str] = (), fahrenheit: bool = False):
        self.language = language
        self.style = style
        self.grammar: Grammar = grammar(language)
        self.flags = (
            frozenset(flags) | {"speech" if style == "voice" else style} | ({"fahrenheit"} if fahrenheit else set())
        )
        self.fahrenheit = fahrenheit

    def say(self, rule: str, rng: Random, flags: Iterable[str] = (), slots: Slots | None = None) -> str:
        """One rule in words, before it is written down."""
        return self.grammar.say(rule, rng, self.flags.union(flags), slots)

    # ---- temperature ---------------------------------------------------------------------------------------

    def reading(self, celsius: float, rng: Random) -> tuple[Slots, set[str]]:
        """Slots and flags of one reading (°C), in the unit of the speaker."""
        tenths = round(celsius * 18 + 320) if self.fahrenheit else round(celsius * 10)
        whole, tenth = divmod(tenths, 10)
        slots: Slots = {"w": str(whole), "f": str(tenth), "whole": self.number(whole, rng), "dec": self.digit(tenth)}
        if self.language != "en":
            slots["run"] = "".join(ZH_DIGITS[int(digit)] for digit in str(tenths))
        flags = {"even"} if tenth == 0 else {"half"} if tenth == 5 else set()
        return slots, flags | ({"hundred"} if whole >= 100 else set()) | {"temperature"}

    def value(self, celsius: float, rng: Random) -> str:
        """A bare reading (°C) in words."""
        slots, flags = self.reading(celsius, rng)
        return self.say("value", rng, flags, slots)

    def number(self, number: int, rng: Random) -> str:
        """A whole number in words."""
        return en_number(number, rng) if self.language == "en" else zh_number(number)

    def digit(self, digit: int) -> str:
        """A single digit in words."""
        return en_number(digit, Random(0)) if self.language == "en" else ZH_DIGITS[digit]

    def count(self, number: int, rng: Random) -> Slots:
        """The slots of a count: in words and in digits."""
        words = en_number(number, rng) if self.language == "en" else zh_count(number)
        return {"n": words, "d": str(number)}

    # ---- symptoms ------------------------------------------------------------------------------------------

    def complaints(self, present: Iterable[str], rng: Random, flags: Iterable[str] = ()) -> Slots:
        """The slots of a set of symptoms: as clauses, as nouns, and denials of others."""
        here = sorted(present)
        rng.shuffle(here)
        flags = frozenset(flags)
        absent = [name for name in SYMPTOMS if name not in here]
        denied = rng.sample(absent, min(2, len(absent)))
        first, last = (denied[0], denied[-1]) if denied else ("rash", "rash")
        return {
            "clauses": lambda: self.joined([self._have(name, rng, flags) for name in here], "and_clause", rng),
            "nouns": lambda: self.joined([self.say(f"noun_{n}", rng, flags) for n in here], "and_noun", rng),
            "bares": lambda: self.joined([self.say(f"bare_{n}", rng) for n in here], "and_noun", rng),
            "absent": lambda: self.say(f"bare_{first}", rng),
            "none_of": lambda: self.denial(first, rng, flags),
            "none_of_more": lambda: self.denial(last, rng, flags),
        }

    def _have(self, symptom: str, rng: Random, flags: frozenset[str]) -> str:
        if "proxy" in flags and "have_other" in self.grammar.rules:
            return self.say("have_other", rng, flags, {"noun": self.say(f"noun_{symptom}", rng, flags)})
        return self.say(f"have_{symptom}", rng, flags)

    def denial(self, symptom: str, rng: Random, flags: Iterable[str] = ()) -> str:
        """A clause that denies one symptom."""
        if "proxy" in flags and "no_other" in self.grammar.rules:
            return self.say("no_other", rng, flags, {"bare": self.say(f"bare_{symptom}", rng)})
        return self.say(f"no_{symptom}", rng, flags)

    def joined(self, parts: Sequence[str], joint: str, rng: Random) -> str:
        """The parts with a drawn joint between any two."""
        said = parts[0] if parts else ""
        for part in parts[1:]:
            said += self.say(joint, rng) + part
        return said

    def onset(self, days: int, rng: Random) -> tuple[Slots, set[str]]:
        """Slots and flags of an onset so many days ago: "three days ago", or "for three days"."""
        ago = days == 0 or rng.random() < 0.6
        stem = "days" if ago else "lasting"
        named = f"{stem}_{days}" in self.grammar.rules
        plain = days > 2 and rng.random() < 0.4
        rule = f"{stem}_{days}" if named and not plain else f"{stem}_n"
        words = self.say(rule, rng, slots=self.count(days, rng))
        flags = {"ago"} if ago else set()
        return {stem: words}, flags | ({"count"} if words.endswith("ago") else set())

    # ---- people --------------------------------------------------------------------------------------------

    def kin(self, speaker: Person, other: Person, rng: Random) -> str:
        """How the speaker calls a member of his family."""
        return self.say(f"kin_{kin(speaker, other)}", rng)

    def kins(self, speaker: Person, family: Sequence[Person], rng: Random) -> str:
        """All others of the family, as the speaker calls them."""
        others = [self.kin(speaker, member, rng) for member in family if member is not speaker]
        return self.joined(others, "and_noun", rng)

    def role(self, speaker: Person, other: Person, rng: Random) -> str:
        """What the speaker is to the other."""
        return self.say(f"role_{kin(other, speaker)}", rng)

    def members(self, speaker: Person, ill: Sequence[Person], rng: Random) -> str:
        """The members of the family who are ill, each with the symptoms."""
        said = []
        for member in ill:
            slots = self.complaints(member.truth.symptoms, rng) | {"kin": self.kin(speaker, member, rng)}
            said.append(self.say("member", rng, severity(member), slots))
        return self.joined(said, "and_member", rng)

    def needs(self, needs: Iterable[str], rng: Random) -> str:
        """The needs, in any order."""
        order = sorted(needs)
        rng.shuffle(order)
        return self.joined([self.say(f"need_{need}", rng) for need in order], "and_noun", rng)

    def clock(self, hour: int, rng: Random) -> str:
        """A time of the day, to the hour (8 to 20)."""
        part = "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
        twelve = hour if hour <= 12 else hour - 12
        if self.language == "en":
            clock = rng.choice((str(twelve), self.number(twelve, rng), f"{self.number(twelve, rng)} o'clock"))
        else:
            clock = f"{zh_count(twelve)}点"
        return self.say(f"at_{part}", rng, slots={"clock": clock})

    # ---- writing it down -----------------------------------------------------------------------------------

    def written(self, text: str, rng: Random) -> str:
        """The words as they reach the robot: a recogniser's have no punctuation, a thumb's little; a voice has all."""
        if self.style == "voice":
            return EMOJI.sub("", text)
        if rng.random() < SLIP_CHANCE:
            text = self._slipped(text, rng)
        text = self._transcribed(text) if self.style == "speech" else self._typed(text, rng)
        return " ".join(text.split()) if self.language == "en" else text.strip()

    def _slipped(self, text: str, rng: Random) -> str:
        for word, slips in self.grammar.slips[self.style].items():
            if word in text:
                return text.replace(word, rng.choice(slips), 1)
        return text

    def _transcribed(self, text: str) -> str:
        bare = EMOJI.sub("", PUNCTUATION.sub(" " if self.language == "en" else "", text))
        return bare.lower().replace("-", " ") if self.language == "en" else bare

    def _typed(self, text: str, rng: Random) -> str:
        text = text.rstrip("，, ")
        text = text.rstrip(".。") if rng.random() < 0.6 else text
        if self.language == "en":
            return text.lower() if rng.random() < 0.5 else text[:1].upper() + text[1:]
        return text.replace("，", " ") if rng.random() < 0.3 else text


def severity(person: Person) -> set[str]:
    """The flag of a person whose fever is high."""
    return {"high"} if person.truth.temperature_c >= HIGH_C else set()

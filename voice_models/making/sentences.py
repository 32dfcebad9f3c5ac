"""What the made-up speakers say: sentences of every kind in units of the vocabulary, with their meaning."""

from dataclasses import dataclass
from functools import lru_cache
from random import Random

from voice_models import phrases
from voice_models.making import sounds

SHARES = {
    "temperature": 34,
    "yes_no": 12,
    "symptoms": 18,
    "household": 6,
    "onset": 8,
    "act": 12,
    "contact": 4,
    "digits": 6,
    "talk": 40,
}


@dataclass(frozen=True)
class Sentence:
    """The units said, the kind of answer, and its meaning as text ("375", "yes", "cough+ fever-")."""

    units: tuple[str, ...]
    kind: str
    value: str


def sentence(language: str, rng: Random, kind: str = "") -> Sentence:
    """One random answer, of a kind if one is named."""
    kind = kind or rng.choices(list(SHARES), list(SHARES.values()))[0]
    units, value = _SAY[kind](language, rng)
    return Sentence(tuple(unit for unit in units if unit), kind, value)


def _temperature(language: str, rng: Random) -> tuple[list[str], str]:
    celsius = language == "zh" or rng.random() < 0.6
    tenths = rng.choice(phrases.CELSIUS if celsius else phrases.FAHRENHEIT)
    shape = rng.choice(phrases.temperature_shapes(language, tenths))
    around = phrases.book(language)["temperature"]
    before = rng.choice(phrases.listed(around["before"])) if rng.random() < 0.4 else ""
    after = rng.choice(phrases.listed(around["after"])) if rng.random() < 0.15 and not shape.endswith("degrees") else ""
    return [before, shape, after], str(tenths)


def _yes_no(language: str, rng: Random) -> tuple[list[str], str]:
    value = rng.choice(["yes", "no"])
    said = phrases.fixed(language, value)
    short = said[: len(said) // 3]
    return [rng.choice(short if rng.random() < 0.5 else said)], value


def _symptoms(language: str, rng: Random) -> tuple[list[str], str]:
    names = phrases.symptoms(language)
    pattern = rng.choice(phrases.book(language)["with_symptom"].split(",")).strip()
    chosen: list[str] = []
    while len(chosen) < pattern.count("{symptom}"):
        name = rng.choice(list(names))
        if all(names[name] != names[other] for other in chosen):
            chosen.append(name)
    units = units_of(language, phrases.fill(pattern, chosen))
    return units, " ".join(sorted(names[name] for name in chosen))


def _household(language: str, rng: Random) -> tuple[list[str], str]:
    before = rng.choice(phrases.listed(phrases.book(language)["count"]["before"])) if rng.random() < 0.4 else ""
    said, count = rng.choice(list(phrases.counts(language).items()))
    return [before, said], str(count)


def _onset(language: str, rng: Random) -> tuple[list[str], str]:
    if rng.random() < 0.6:
        said, count = rng.choice(list(phrases.days(language).items()))
        return [said], str(count)
    said = rng.choice(phrases.fixed(language, "onset"))
    return [said], said


def _act(language: str, rng: Random) -> tuple[list[str], str]:
    group = rng.choice(phrases.ACTS)
    return [rng.choice(phrases.fixed(language, group))], group


def _contact(language: str, rng: Random) -> tuple[list[str], str]:
    group = rng.choice(["contact", "alone", "moment", "words"])
    said = rng.choice(phrases.words(language) if group == "words" else phrases.fixed(language, group))
    return [said], said


def _digits(language: str, rng: Random) -> tuple[list[str], str]:
    said = [rng.choice(phrases.digits(language)) for _ in range(rng.choice([1, 1, 2, 3, 4]))]
    return said, " ".join(said)


def _talk(language: str, rng: Random) -> tuple[list[str], str]:
    """What is said around answers and instead of them, now and then before one."""
    said = rng.choices(phrases.everyday(language), k=rng.choice([1, 1, 2]))
    units = [unit for phrase in said for unit in (units_of(language, phrase) if language == "zh" else [phrase])]
    after = sentence(language, rng, rng.choice(["temperature", "yes_no", "symptoms"])) if rng.random() < 0.25 else None
    return [*units, *(after.units if after else ())], ""


_SAY = {"temperature": _temperature, "yes_no": _yes_no, "symptoms": _symptoms, "household": _household}
_SAY |= {"onset": _onset, "act": _act, "contact": _contact, "digits": _digits, "talk": _talk}


@lru_cache
def _known(language: str) -> frozenset[str]:
    return frozenset(sounds.vocabulary(language))


def units_of(language: str, text: str) -> list[str]:
    """Cut a text into units of the vocabulary, the longest first; a word that is no unit stands alone."""
    parts = list(text) if language == "zh" else text.split()
    join = "" if language == "zh" else " "
    units, place = [], 0
    while place < len(parts):
        stops = range(len(parts), place, -1)
        stop = next((s for s in stops if join.join(parts[place:s]) in _known(language)), place + 1)
        units.append(join.join(parts[place:stop]))
        place = stop
    return units

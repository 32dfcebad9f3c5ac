"""What a person truthfully answers to each kind of question, about himself or a member of his family."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from simulator.people import SYMPTOMS, Person
from simulator.speaker import Speaker, severity

FEVER_C = 37.3

Asked = Mapping[str, Any]
Told = tuple[str, str]  # the words, and the intent for the log

# The subject of a question: by the name of its step where the kind leaves it open, else by the kind.
BY_STEP = {
    "greeting": "greeting", "identity": "greeting", "contact": "contact", "travel": "contact", "needs": "needs",
    "help": "needs", "needs_help": "needs", "others": "members", "onset": "onset", "family": "relative",
}  # fmt: skip
BY_KIND = {
    "greeting": "greeting", "temperature": "temperature", "symptoms": "symptoms", "symptom": "symptom",
    "onset": "onset", "when": "onset", "contact": "contact", "members": "members", "needs": "needs",
    "choice": "choice", "one_of": "choice", "any_of": "choice", "number": "number", "count": "count",
    "text": "text", "yes_no": "yes_no", "confirm": "confirm",
}  # fmt: skip
OPEN_KINDS = ("yes_no", "choice", "one_of", "any_of", "text", "when")


def subject(question: str, kind: str, asked: Asked) -> str:
    """What is being asked: one of the methods of `Answers`, or "notice" for a kind unknown."""
    if kind in OPEN_KINDS:
        if asked.get("symptom") or _symptom_named(question):
            return "symptom"
        if "heard" in asked:
            return "which"
        named = (BY_STEP.get(name) for name in (str(asked.get("name")), question))
        return next((topic for topic in named if topic), BY_KIND[kind])
    return BY_KIND.get(kind, "notice")


def _symptom_of(question: str, asked: Asked) -> str:
    return asked.get("symptom") or _symptom_named(question) or "fever"


def _symptom_named(question: str) -> str | None:
    return next((name for name in SYMPTOMS if name in question), None)


class Answers:
    """The answers of one person, who also knows how his family is."""

    def __init__(self, person: Person, family: Sequence[Person]):
        self.person = person
        self.family = family
        self.tell: dict[str, Callable[[str, Asked, Speaker, Random], Told]] = {
            name: getattr(self, f"_{name}") for name in {*BY_KIND.values(), *BY_STEP.values(), "which", "notice"}
        }

    def asked_about(self, asked: Asked) -> Person:
        """The person the question is about; himself unless the question names one of his family."""
        return next((member for member in self.family if member.id == asked.get("person")), self.person)

    def flags(self, asked: Asked) -> set[str]:
        """What the grammar needs to know of the person asked about."""
        about = self.asked_about(asked)
        flags = {about.sex} | severity(about)
        flags |= {"ill"} if about.truth.symptoms else set()
        flags |= {"feverish"} if about.truth.temperature_c >= FEVER_C else set()
        return flags | ({"proxy"} if about is not self.person else set())

    def keys(self, topic: str, question: str, asked: Asked) -> str | None:
        """The same on the keypad; None where it takes words."""
        truth = self.asked_about(asked).truth
        if topic == "temperature":
            return f"{truth.temperature_c * 10:.0f}"
        if topic == "onset":
            return None if truth.onset_days_ago is None else str(truth.onset_days_ago)
        if topic == "needs" and asked.get("options"):
            return "".join(str(no) for no, key in enumerate(asked["options"], 1) if key in truth.needs) or "0"
        yes = {
            "contact": truth.contact,
            "symptoms": bool(truth.symptoms),
            "greeting": True,
            "relative": True,
            "confirm": True,
            "symptom": topic == "symptom" and self.has_symptom(question, asked),
        }.get(topic)
        return None if yes is None else "1" if yes else "2"

    # ---- health --------------------------------------------------------------------------------------------

    def _temperature(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        about = self.asked_about(asked)
        return self.reading("temperature", about.truth.temperature_c, asked, speaker, rng)

    def reading(self, rule: str, celsius: float, asked: Asked, speaker: Speaker, rng: Random, **more: str) -> Told:
        """A rule about a reading (°C) of the person asked about; `more` fills the other slots."""
        slots, flags = speaker.reading(celsius, rng)
        slots |= self._named(asked, speaker, rng) | more
        return speaker.say(rule, rng, flags | self.flags(asked), slots), f"{rule} {celsius}"

    def _symptoms(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        truth = self.asked_about(asked).truth
        flags = self.flags(asked)
        slots = speaker.complaints(truth.symptoms, rng, flags)
        if not truth.symptoms:
            return speaker.say("no_symptoms", rng, flags, slots), "no_symptoms"
        intent = f"symptoms {','.join(sorted(truth.symptoms))}"
        if truth.onset_days_ago is not None and rng.random() < 0.3:
            days, since = speaker.onset(truth.onset_days_ago, rng)
            return (
                speaker.say("symptoms_since", rng, flags | since, slots | days),
                f"{intent} onset {truth.onset_days_ago}",
            )
        return speaker.say("symptoms", rng, flags, slots), intent

    def _symptom(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        symptom = _symptom_of(question, asked)
        flags = self.flags(asked)
        slots = speaker.complaints([symptom], rng, flags)
        if self.has_symptom(question, asked):
            return speaker.say("symptom_yes", rng, flags, slots), f"symptom_yes {symptom}"
        slots["none_of"] = lambda: speaker.denial(symptom, rng, flags)
        return speaker.say("symptom_no", rng, flags, slots), f"symptom_no {symptom}"

    def has_symptom(self, question: str, asked: Asked) -> bool:
        """Whether the person asked about has the one symptom in question."""
        return _symptom_of(question, asked) in self.asked_about(asked).truth.symptoms

    def _onset(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        days = self.asked_about(asked).truth.onset_days_ago
        if days is None:
            return self._symptoms(question, asked, speaker, rng)
        slots, flags = speaker.onset(days, rng)
        return speaker.say("onset", rng, flags | self.flags(asked), slots), f"onset {days}"

    def _contact(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        about = self.asked_about(asked)
        if not about.truth.contact:
            return speaker.say("contact_no", rng, self.flags(asked)), "contact_no"
        ill = [member for member in self.family if member not in (about, self.person) and member.truth.symptoms]
        if not ill:
            return speaker.say("contact_yes", rng, self.flags(asked)), "contact_yes"
        slots = {"kin": speaker.kin(self.person, rng.choice(ill), rng)}
        return speaker.say("contact_yes", rng, self.flags(asked) | {"family_ill"}, {**slots}), "contact_yes"

    # ---- household -----------------------------------------------------------------------------------------

    def _members(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        others = [member for member in self.family if member is not self.person]
        if not others:
            return self._count(question, asked, speaker, rng)
        ill = [member for member in others if member.truth.symptoms]
        if not ill:
            rule = "household_others_well" if self.person.truth.symptoms else "household_all_well"
            return speaker.say(rule, rng, slots=speaker.count(len(self.family), rng)), rule
        rule = "household_with" if len(ill) < len(others) else "household_with_only"
        slots = speaker.count(len(self.family), rng) | {"members": speaker.members(self.person, ill, rng)}
        return speaker.say(rule, rng, {"ill"}, slots), f"{rule} {' '.join(map(_complaint, ill))}"

    def _count(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        number = len(self.family)
        slots = speaker.count(number, rng)
        slots["kins"] = lambda: speaker.kins(self.person, self.family, rng)
        flags = {"alone"} if number == 1 else {"few"} if number <= 4 else set()
        return speaker.say("count", rng, flags, slots), f"count {number}"

    def _needs(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        needs = self.asked_about(asked).truth.needs
        if not needs:
            return speaker.say("needs_none", rng, {"ill"}), "needs_none"
        slots = {"needs": speaker.needs(needs, rng)}
        return speaker.say("needs_some", rng, {"ill"}, {**slots}), f"needs {','.join(sorted(needs))}"

    # ---- who, and the rest ---------------------------------------------------------------------------------

    def _greeting(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        rule = "greeting_yes" if self.asked_about(asked) is self.person else "greeting_family"
        return speaker.say(rule, rng, self.flags(asked), self._named(asked, speaker, rng)), rule

    def _named(self, asked: Asked, speaker: Speaker, rng: Random) -> dict[str, str | Callable[[], str]]:
        about = self.asked_about(asked)
        return {
            "name": about.name,
            "kin": lambda: speaker.kin(self.person, about, rng),
            "relative": lambda: speaker.role(about, self.person, rng),
            "role": lambda: speaker.role(self.person, about, rng),
        }

    def _relative(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        return speaker.say("yes", rng), "yes"

    def _yes_no(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        rule = "yes" if self.agrees(question, asked, rng) else "no"
        return speaker.say(rule, rng, self.flags(asked)), rule

    def agrees(self, question: str, asked: Asked, rng: Random) -> bool:
        """The truth of a yes-or-no question, as far as its step's name tells; else either."""
        if "symptom" in question or "unwell" in question or "ill" in question.split("_"):
            return bool(self.asked_about(asked).truth.symptoms)
        if "proxy" in question or "household" in question or "family" in question:
            return self.person.character.answers_for_family
        if any(word in question for word in ("ready", "consent", "may", "convenient", "person", "right")):
            return True
        return rng.random() < 0.5

    def _choice(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        options = asked.get("options") or {}
        pairs = list(options.items()) if isinstance(options, Mapping) else [(option, option) for option in options]
        if not pairs:
            return speaker.say("dont_know", rng), "dont_know"
        place = rng.randrange(len(pairs))
        key, label = pairs[place]
        slots = speaker.count(place + 1, rng) | {"label": str(label)}
        slots["n"] = speaker.number(place + 1, rng)
        return speaker.say("choice", rng, {"ill"}, slots), f"choice {key}"

    def _which(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        """Which of the candidates (id to name) he meant: one who is ill, if there is one."""
        candidates = asked["options"]
        ill = [member.id for member in self.family if member.id in candidates and member.truth.symptoms]
        meant = rng.choice(ill or list(candidates))
        return speaker.say("which", rng, slots={"name": candidates[meant]}), f"which {meant}"

    def _number(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        number = rng.randint(int(asked.get("least", 0)), int(asked.get("most", 10)))
        return speaker.say("number", rng, slots=speaker.count(number, rng)), f"number {number}"

    def _text(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        return speaker.say("text", rng, {"ill"}), "text"

    def _confirm(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        read_back = asked.get("said") or {}
        celsius = read_back.get("temperature_c")
        if not isinstance(celsius, int | float):
            return speaker.say("confirm_right", rng, {"ill"}), "confirm_right"
        slots, flags = speaker.reading(celsius, rng)
        return speaker.say("confirm_right", rng, flags | {"ill"}, slots), "confirm_right"

    def _notice(self, question: str, asked: Asked, speaker: Speaker, rng: Random) -> Told:
        return speaker.say("ack", rng), "ack"


def _complaint(member: Person) -> str:
    return f"{member.relation}:{','.join(sorted(member.truth.symptoms))}"

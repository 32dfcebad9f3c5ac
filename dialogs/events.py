"""What passes between a dialog and the world: words come in as `Heard`, facts go out as events, `Reply` is what to say.

Events are frozen, in the past tense, and are the truth: transcript, answers, record and reports are folded from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

How = Literal["words", "voice", "keys"]
UNHEARD = "[unk]"  # the words of speech that a recogniser made nothing of
Json = Any  # a value that json.dumps takes as it is


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back from the resident in one turn: words, keys, silence or a hang-up. Also stored as an event.

    `seconds` counts from the opening of the conversation; `confidence` (0..1) is the recogniser's, 1.0 for typed text;
    `alternatives` are its next best readings. `words` None and `keys` None and not `hung_up` means silence.
    """

    words: str | None = None
    keys: str | None = None
    hung_up: bool = False
    seconds: float = 0.0
    confidence: float = 1.0
    alternatives: tuple[str, ...] = ()
    how: How = "words"
    step: str = ""

    @property
    def silent(self) -> bool:
        """True when nothing at all came back."""
        return not self.hung_up and not self.keys and not (self.words and self.words.strip())


@dataclass(frozen=True, slots=True)
class Said:
    """The robot said something at a step; `short` is the wording for the telephone."""

    step: str
    text: str
    short: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A question of the script got its answer, about one person.

    `who` is the resident's id as a string (an unknown member of the household: "member:<word>", as spoken);
    `reporter` says who told us. A later `Answered` of the same name and person replaces the earlier one. `span` is the
    place of the value in the words heard.
    """

    name: str
    value: Json
    who: str
    reporter: Literal["self", "proxy", "staff"] = "self"
    words: str = ""
    span: tuple[int, int] | None = None
    confidence: float = 1.0
    how: How = "words"
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Requested:
    """The resident wants something of us: `human`, `emergency`, `call_later`, `stop` (never again), `help` and so on.

    `at` is the local time asked for (ISO, minutes), where one was named.
    """

    what: str
    words: str = ""
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Concluded:
    """The result rules of the script judged one person: colour, advice, and the kind of follow-up it asks for."""

    who: str
    colour: str | None = None
    advice: str | None = None
    follow_up: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The conversation is over: its disposition (AAPOR sense, see `DISPOSITIONS`) and why, at which step."""

    disposition: str
    reason: str
    step: str


@dataclass(frozen=True, slots=True)
class Reread:
    """Words of an earlier turn, heard at `seconds` and this step, were understood otherwise when read again later.

    The answers that follow replace those of then.
    """

    seconds: float
    step: str


Event = Heard | Said | Answered | Requested | Concluded | Ended | Reread

DISPOSITIONS = (
    "complete", "partial", "break_off", "refused", "non_contact", "ineligible", "other", "unknown",
)  # fmt: skip

# The symptoms that we ask about; records keep them as bits in this order, so new ones come last.
SYMPTOMS = (
    "fever", "cough", "diarrhoea", "fatigue", "sore_throat", "shortness_of_breath", "loss_of_smell_taste",
    "headache", "vomiting", "runny_nose", "muscle_ache", "chills", "chest_pain", "rash",
)  # fmt: skip

_KINDS: dict[str, type[Any]] = {
    cls.__name__.lower(): cls for cls in (Heard, Said, Answered, Requested, Concluded, Ended, Reread)
}
_FIELDS = {cls: (name, [(f.name, f.default) for f in fields(cls)]) for name, cls in _KINDS.items()}


def to_json(event: Event) -> dict[str, Json]:
    """The event as a JSON object, which shares its values; fields at their default are left out."""
    name, known = _FIELDS[type(event)]
    values = {field: value for field, default in known if (value := getattr(event, field)) != default}
    return {"event": name, **values}


def from_json(data: Mapping[str, Json]) -> Event:
    """The event back from `to_json`; KeyError names an unknown kind."""
    values = {k: tuple(v) if isinstance(v, list) and k in ("span", "alternatives") else v for k, v in data.items()}
    cls = _KINDS[str(values.pop("event"))]
    event: Event = cls(**values)
    return event


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say now, and how to listen for the answer.

    `kind` is what is being asked (temperature, symptoms, yes_no, confirm ...; "notice" when nothing is) and `asked`
    its particulars: `person` (resident id), `said` (values read back), `options` (key -> label), `symptom`, `list`
    (key -> label of what may be ticked).
    `expects` are phrases for a recogniser's grammar, `keypad` maps keys to their meaning in words, `buttons` are
    (value, label) pairs for chat; `silence_seconds` is how long to wait for the first word.
    """

    text: str
    short: str
    step: str
    kind: str
    over: bool = False
    asked: Mapping[str, Json] = field(default_factory=dict)
    expects: tuple[str, ...] = ()
    keypad: Mapping[str, str] = field(default_factory=dict)
    buttons: Sequence[tuple[str, str]] = ()
    silence_seconds: float = 7.0
    language: str = "zh-Hans"

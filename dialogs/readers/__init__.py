"""Readers: one for each kind of answer; each says which meanings it can give, and makes a value of words or keys."""

from dialogs.questions import Reader
from dialogs.readers.doubt import doubt
from dialogs.readers.members import Members
from dialogs.readers.numbers import Count, Number
from dialogs.readers.options import AnyOf, OneOf
from dialogs.readers.plain import UNSURE, Text
from dialogs.readers.symptoms import Symptoms
from dialogs.readers.temperature import Temperature
from dialogs.readers.times import CallTime, When, call_time
from dialogs.readers.yes_no import YesNo

__all__ = ["KINDS", "UNSURE", "call_time", "doubt"]

KINDS: dict[str, Reader] = {
    "yes_no": YesNo(), "one_of": OneOf(), "any_of": AnyOf(), "number": Number(), "temperature": Temperature(),
    "symptoms": Symptoms(), "when": When(), "members": Members(), "count": Count(), "text": Text(),
    "call_time": CallTime(),
}  # fmt: skip

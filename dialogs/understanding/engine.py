"""The way from a text to what it says: read, look up, then one decider for each kind of answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from dialogs.understanding.lexicon import Lexicon, layer
from dialogs.understanding.numbers import numbers
from dialogs.understanding.text import read
from dialogs.understanding.understood import ACTS, Understood


@cache
def _layers() -> tuple[Lexicon, Lexicon, Lexicon]:
    return layer("symptom", "cue"), layer("act"), layer("answer")


def hear(
    words: str, context: str, lang: str, options: Mapping[str, Sequence[str]] | None, now: datetime | None
) -> Understood:
    """Understand one answer."""
    text = read(words)
    symptom_layer, act_layer, answer_layer = _layers()
    present: list[str] = []
    absent: list[str] = []
    negated = False
    for mention in symptom_layer.scan(text.keys):
        topic, name = mention.label.split(".")
        if topic == "cue":
            negated = name == "neg"
        else:
            (absent if negated else present).append(name)
    acts = {mention.label.split(".")[1] for mention in act_layer.scan_all(text.keys)}
    act = next((act for act in ACTS if act in acts), None)
    answers = [mention.label.split(".")[1] for mention in answer_layer.scan(text.keys)]
    yes_no = answers[0] if answers and context in ("fever", "contact", "symptoms", "open", "confirm") else None
    said = numbers(text)
    reading = next((number.value for number in said if 34 <= number.value <= 43), None)
    if reading is None:
        reading = next((round((n.value - 32) / 1.8, 1) for n in said if 93.2 <= n.value <= 109.4), None)
    count = int(said[0].value) if said and context == "household" else None
    return Understood(
        temperature_c=reading,
        temperature_status="ok" if reading is not None else "absent",
        symptoms_present=tuple(dict.fromkeys(present)),
        symptoms_absent=tuple(dict.fromkeys(absent)),
        yes_no=yes_no,
        act=act,
        count=count,
        number=(said[0].value, None) if said else None,
    )

"""Understanding as a filter: one JSON object a line in, one a line out; and the explanation for lexicon editors."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from dialogs.understanding.engine import hear, look
from dialogs.understanding.learned import QUESTIONS, grams, head
from dialogs.understanding.scope import Scope
from dialogs.understanding.status import Mentions
from dialogs.understanding.understood import CONTEXTS, Understood

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


class BadLine(ValueError):
    """A line that cannot be answered; says why."""


def serve(lines: Iterable[str]) -> Iterator[str]:
    """Answer each line with a JSON line, a bad one with {"error": ...}; blank lines are bad ones too."""
    for line in lines:
        try:
            yield json.dumps(_answer(line), ensure_ascii=False)
        except BadLine as bad:
            yield json.dumps({"error": str(bad)}, ensure_ascii=False)


def _answer(line: str) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"not JSON: {error}") from None
    if not isinstance(asked, dict):
        raise BadLine("not a JSON object")
    text, context, lang = asked.get("text"), asked.get("context", "open"), asked.get("lang", "zh-Hans")
    if not isinstance(text, str):
        raise BadLine("text: wants a string")
    if not isinstance(context, str) or context not in CONTEXTS:
        raise BadLine(f"context: {context!r} is not one of {', '.join(sorted(CONTEXTS))}")
    if lang not in LANGUAGES:
        raise BadLine(f"lang: {lang!r} is not one of {', '.join(LANGUAGES)}")
    return as_json(hear(text, context, lang, _options(asked), None))


def _options(asked: dict[str, Any]) -> dict[str, list[str]] | None:
    options = asked.get("options")
    if options is None:
        return None
    if not isinstance(options, dict) or not all(isinstance(words, list) for words in options.values()):
        raise BadLine("options: wants an object of lists of words")
    return {key: [str(word) for word in words] for key, words in options.items()}


def as_json(understood: Understood) -> dict[str, Any]:
    """All values as JSON knows them; the eight scored keys first, empty extras left out."""
    extras = ("members", "all_well", "call_later_minutes", "call_later_at", "call_later_day", "choice", "number")
    values: dict[str, Any] = {key: _plain(getattr(understood, key)) for key in _SCORED}
    for key in extras:
        if (value := getattr(understood, key)) not in (None, ()):
            values[key] = _plain(value)
    values["spans"] = {key: list(span) for key, span in understood.spans.items()}
    values["confidence"] = dict(understood.confidence)
    return values


_SCORED = (
    "temperature_c", "temperature_status", "symptoms_present", "symptoms_absent",
    "yes_no", "act", "count", "onset_days_ago",
)  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value


def _learned(keys: list[str], named: Mentions, context: str) -> Iterator[str]:
    """What the examples teach about a text: the likeliest label of each question, and the words that speak for it."""
    words = set(grams(keys))
    yield from (_likeliest(keys, name, name, words) for name in ("act", *(q for q in QUESTIONS if q == context)))
    for name in named.places:
        yield _likeliest(keys, "status", name, named.features(name, context))


def _likeliest(keys: list[str], question: str, told: str, found: set[str]) -> str:
    weights = head(keys, question)
    likely = weights.likely(found)
    label = max(likely, key=likely.__getitem__)
    words = ", ".join(repr(gram) for gram, _ in weights.reasons(found, label)[:4])
    return f"learned: {told} {label} ({likely[label]:.2f})" + (f" for {words}" if words else "")


def explain(text: str, *, context: str = "open", lang: str = "zh-Hans") -> Iterator[str]:
    """Lines that say why: every known word with its meaning, owner and status, then the values with their words."""
    cut, row = look(text, context)
    named = Mentions(cut.keys, row)
    Scope(cut.keys, row).walk()
    for item in row:
        start, end = cut.span(item.first, item.end)
        value = f" {item.number.value:g}" if item.number else ""
        notes = [f"of {item.who}"] * bool(item.who) + ["denied or over"] * (item.status == "-")
        notes += ["cannot tell"] * (item.status == "?") + ["past"] * item.past
        yield f"{start:4}-{end:<4} {text[start:end]!r:20} {item.topic}.{item.name}{value}  {', '.join(notes)}".rstrip()
    understood = hear(text, context, lang, None, None)
    for key, (start, end) in understood.spans.items():
        confidence = understood.confidence.get(key)
        yield f"{key} from {text[start:end]!r}" + (f" ({confidence:.2f})" if confidence is not None else "")
    yield from _learned(cut.keys, named, context)
    yield json.dumps(as_json(understood), ensure_ascii=False)

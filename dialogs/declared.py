"""The answers that a script declares: kind, options and words, read from its YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialogs.fields import Fields
from dialogs.questions import Option, Question
from dialogs.readers import KINDS
from dialogs.understanding.text import folding
from dialogs.wording import LANGUAGES, Wording

_ANSWER_KEYS = {
    "kind", "was", "label", "options", "range", "unit", "context", "said", "free", "listing", "echo", "heard",
}  # fmt: skip
_PHRASES = ("phrases", "declines")
_LISTING = ("fever", "cough", "diarrhoea", "fatigue", "sore_throat", "shortness_of_breath", "loss_of_smell_taste")


def read_question(fields: Fields, name: str, data: Any, nothing: Mapping[str, Any]) -> Question:
    """One answer of a script; `nothing` is the option that any_of has where the script gives it none."""
    where = f"answer `{name}`"
    data = fields.only(data, _ANSWER_KEYS, where)
    kind = data.get("kind")
    if kind not in KINDS:
        raise fields.refuse(f"{where}: unknown kind {kind!r} (known: {', '.join(KINDS)})")
    options = fields.mapping(data.get("options") or {}, f"{where}: options")
    if (kind in ("one_of", "any_of")) != bool(options):
        raise fields.refuse(f"{where}: {'needs' if not options else 'does not take'} `options`")
    low, high = _range(fields, data.get("range"), where)
    return Question(
        name=str(name),
        kind=kind,
        reader=KINDS[kind],
        was=tuple(data.get("was") or ()),
        label=fields.wording(data["label"], where) if data.get("label") else None,
        options=_options(fields, kind, options, where, nothing),
        low=low,
        high=high,
        unit=data.get("unit"),
        context=data.get("context"),
        said=_said(fields, data.get("said") or {}, where) or None,
        heard=_heard(fields, data.get("heard"), where),
        free=bool(data.get("free")),
        echo=bool(data.get("echo", True)),
        listing=tuple(data.get("listing") or (_LISTING if kind == "symptoms" else ())),
    )


def _range(fields: Fields, data: Any, where: str) -> tuple[float | None, float | None]:
    if data is None:
        return None, None
    numbers = isinstance(data, list) and len(data) == 2 and all(type(number) in (int, float) for number in data)
    if not numbers or data[0] > data[1]:
        raise fields.refuse(f"{where}: `range` is the lowest and the highest number, not {data!r}")
    return data[0], data[1]


def _said(fields: Fields, data: Any, where: str) -> dict[str, Wording]:
    wordings = fields.mapping(data, f"{where}: said")
    if strange := [key for key in wordings if not isinstance(key, str)]:
        raise fields.refuse(f'{where}: `said` has {strange[0]!r}; write "yes" and "no" in quotes')
    return {key: fields.wording(value, where) for key, value in wordings.items()}


def _heard(fields: Fields, data: Any, where: str) -> dict[str, tuple[str, ...]] | None:
    if data is None:
        return None
    phrases = {}
    for meaning, some in fields.mapping(data, f"{where}: heard").items():
        if meaning not in ("yes", "no"):
            raise fields.refuse(f'{where}: `heard` has {meaning!r}; write "yes" and "no" in quotes')
        phrases[meaning] = tuple(phrase.translate(folding()) for phrase in fields.listing(some))
    return phrases


def _options(
    fields: Fields, kind: str, data: Mapping[Any, Any], where: str, nothing: Mapping[str, Any]
) -> tuple[Option, ...]:
    """The options; any_of can always be answered by none of them."""
    options = tuple(_option(fields, key, value, where) for key, value in data.items())
    if kind != "any_of" or "none" in data:
        return options
    return *options, _option(fields, "none", nothing, where)


def _option(fields: Fields, key: Any, data: Any, where: str) -> Option:
    if not isinstance(key, str):
        raise fields.refuse(f'{where}: option {key!r} is not a word; write "yes" and "no" in quotes')
    label = fields.wording({k: v for k, v in data.items() if k not in _PHRASES}, f"{where}: option {key}")
    labels = [label.text(language, str) for language in LANGUAGES]
    declines = fields.listing(data.get("declines"))
    phrases = tuple(dict.fromkeys([*labels, *fields.listing(data.get("phrases")), *declines]))
    heard, declining = ([phrase.translate(folding()) for phrase in some] for some in (phrases, declines))
    spoken = tuple(phrase for phrase in heard if phrase not in ("yes", "no"))
    return Option(key, label, phrases, spoken, tuple(declining))

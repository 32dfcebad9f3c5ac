"""Wordings: what the robot says in each language, long for chat and short for the telephone, with places to fill in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

from dialogs.conditions import Condition, Scope

WRITTEN = ("zh-Hans", "en")
LANGUAGES = ("zh-Hans", "zh-Hant", "en")

Fill = Callable[[str], str]
Template = tuple[tuple[str, str | None], ...]  # (literal text, name of the place that follows it)


class WordingError(ValueError):
    """A wording that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One thing to say: a template by language, and a second one by language for the telephone."""

    long: Mapping[str, Template]
    short: Mapping[str, Template]

    def text(self, language: str, fill: Fill) -> str:
        """The long wording, filled in."""
        return _filled(self.long[language], fill)

    def telephone(self, language: str, fill: Fill) -> str:
        """The short wording, filled in."""
        return _filled(self.short[language], fill)

    @property
    def places(self) -> set[str]:
        """The names to be filled in, over all languages."""
        templates = (*self.long.values(), *self.short.values())
        return {place for template in templates for _, place in template if place}


@dataclass(frozen=True, slots=True)
class Say:
    """Wordings of which the first is said whose condition holds; the last one has none."""

    variants: tuple[tuple[Condition | None, Wording], ...]

    def choose(self, scope: Scope) -> Wording | None:
        """The wording for this moment."""
        for condition, wording in self.variants:
            if condition is None or condition.holds(scope):
                return wording
        return None


def read_wording(data: Any) -> Wording:
    """Read `{zh-Hans: ..., en: ..., short: {...}}`; zh-Hant is derived where it is not written. Raises WordingError."""
    if not isinstance(data, Mapping):
        raise WordingError(f"a wording is a mapping with zh-Hans and en, not {data!r}")
    long = _templates({key: value for key, value in data.items() if key not in ("short", "if")})
    short = data.get("short")
    return Wording(long, {**long, **_templates(short, long)} if short else long)


def _templates(data: Any, instead: Mapping[str, Template] | None = None) -> dict[str, Template]:
    if not isinstance(data, Mapping):
        raise WordingError(f"a wording is a mapping with zh-Hans and en, not {data!r}")
    strange = [str(key) for key in data if key not in LANGUAGES]
    if strange:
        raise WordingError(f"unknown language {strange[0]!r} (known: {', '.join(LANGUAGES)})")
    missing = [language for language in WRITTEN if not data.get(language) and not instead]
    if missing:
        raise WordingError(f"no wording in {', '.join(missing)}")
    texts = {key: str(value).strip() for key, value in data.items()}
    if "zh-Hans" in texts:
        texts.setdefault("zh-Hant", traditional(texts["zh-Hans"]))
    return {language: _parsed(text) for language, text in texts.items()}


def _parsed(text: str) -> Template:
    try:
        return tuple((literal, place) for literal, place, _, _ in Formatter().parse(text))
    except ValueError as reason:
        raise WordingError(f"{text!r}: {reason}") from None


def _filled(template: Template, fill: Fill) -> str:
    if len(template) == 1 and template[0][1] is None:
        return template[0][0]
    return "".join(literal + fill(place) if place else literal for literal, place in template)


@cache
def traditional(text: str) -> str:
    """Simplified Chinese in traditional characters, with the words of Taiwan and Hong Kong left alone."""
    converted: str = _converter().convert(text)
    return converted


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("s2t")


def joined(parts: list[str], language: str) -> str:
    """Sentences one after the other, as the language writes them."""
    return ("" if language.startswith("zh") else " ").join(part for part in parts if part)


def listed(words: list[str], language: str, last: str | None = None) -> str:
    """Words in a row: 咳嗽、腹泻 or cough, diarrhoea and rash; `last` joins the last one otherwise: 还是, or."""
    comma, joint = ("、", last or "、") if language.startswith("zh") else (", ", f" {last or 'and'} ")
    return words[0] if len(words) == 1 else comma.join(words[:-1]) + joint + words[-1] if words else ""

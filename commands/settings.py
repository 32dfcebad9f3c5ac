"""The settings: from `wenan.toml` and the environment."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from records.errors import Mendable


class UsageError(Mendable):
    """Something the person at the keyboard can mend; shown without a traceback."""


@dataclass(frozen=True)
class Settings:
    """From `wenan.toml`, then from the environment (`WENAN_STORE` ...), which goes first."""

    store: str = "sqlite:///wenan.sqlite"
    out: str = "out"
    wordings: str = "wordings"
    office: str = "社区居委会"
    office_en: str = "the community office"
    recorded: bool = False
    fever_c: float = 37.3
    language: str = ""
    voice_zh: str = ""
    voice_en: str = ""
    keep_words_days: int = 90
    keep_records_days: int = 730
    secret: str = ""
    secret_file: str = "wenan.secret"
    chat_link: str = ""
    mail_server: str = ""
    mail_from: str = ""
    telegram_token: str = ""
    telegram_token_file: str = ""
    telegram_api: str = ""


def read_settings(file: Path, environment: Mapping[str, str]) -> Settings:
    """The settings; UsageError names an entry that is unknown or of the wrong kind."""
    try:
        found: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: is not TOML: {error}", f"{file}：不是有效的 TOML：{error}") from None
    known = {f.name: type(f.default) for f in fields(Settings)}
    for name in found:
        if name not in known:
            names = ", ".join(known)
            raise UsageError(
                f"{file}: {name!r} is not a setting (known: {names})", f"{file}：没有设置项 {name!r}（可用：{names}）"
            )
    found |= {name: environment[f"WENAN_{name.upper()}"] for name in known if f"WENAN_{name.upper()}" in environment}
    return Settings(**{name: _setting(name, value, known[name]) for name, value in found.items()})


def _setting(name: str, value: Any, kind: type) -> Any:
    try:
        if kind is bool and isinstance(value, str):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[value.lower()]
        return kind(value)
    except (KeyError, TypeError, ValueError):
        en, zh = f"{value!r} is not a {kind.__name__}", f"{value!r} 不是 {kind.__name__}"
        raise UsageError(f"setting {name}: {en}", f"设置 {name}：{zh}") from None

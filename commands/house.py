"""Builds the rooms from the settings, and hands them to each other; heavy parts only when they are asked for."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands.settings import Settings, UsageError

if TYPE_CHECKING:
    from bots.desk import Desk
    from bots.voices import Voices
    from records.scripts import Scripts
    from records.seal import Seal
    from records.store import Store
    from reports.table import Table


class House:
    """The rooms, built once from the settings; `language` is that of the person at the keyboard."""

    def __init__(self, settings: Settings, language: str) -> None:
        self.settings, self.language = settings, language

    @property
    def chinese(self) -> bool:
        """Whether the person at the keyboard reads Chinese."""
        return self.language.startswith("zh")

    @property
    def out(self) -> Path:
        """The folder for what is written."""
        return Path(self.settings.out)

    @cached_property
    def store(self) -> Store:
        """The store, opened on first use."""
        from records.store import Store

        return Store(self.settings.store)

    @cached_property
    def scripts(self) -> Scripts:
        """The scripts, with the editions of this house in the folder `wordings`."""
        from records.scripts import Scripts

        return Scripts(Path(self.settings.wordings))

    @cached_property
    def seal(self) -> Seal:
        """What signs invitations, links and health codes; without `secret` by one kept in `secret_file`."""
        from records.seal import Seal, kept_secret

        return Seal(self.settings.secret or kept_secret(Path(self.settings.secret_file)))

    @property
    def facts(self) -> dict[str, Any]:
        """What every dialog is told of the office that calls."""
        settings = self.settings
        caller = {"zh-Hans": settings.office, "zh-Hant": settings.office, "en": settings.office_en}
        return {"caller": caller, "recorded": settings.recorded, "fever_c": settings.fever_c}

    def desk(self, clock: Callable[[], datetime] | None = None) -> Desk:
        """A desk that commits each turn; without a clock one for virtual time, which commits each call."""
        from bots.desk import Desk
        from dialogs.understanding import understand

        understand("")  # reads the lexicons, so that the first resident need not wait for them
        gc.freeze()  # they are large and live for ever: the collector need not walk through them again and again
        gc.set_threshold(50_000, 20, 100)  # a call makes many small things and hardly a cycle: fewer, longer rounds
        return Desk(self.store, self.scripts, clock=clock, each_turn=clock is not None, facts=self.facts)

    @property
    def models(self) -> dict[str, Path]:
        """The speech model of each language: those of the settings, else those that come with the program."""
        shipped = Path(__file__).parents[1] / "voice_models"
        chosen = {"zh": self.settings.voice_zh, "en": self.settings.voice_en}
        return {language: Path(own) if own else shipped / f"{language}-phone" for language, own in chosen.items()}

    @cached_property
    def voices(self) -> Voices:
        """Ears and mouths for spoken calls; UsageError says what is wrong with a model."""
        from bots.voices import Voices
        from voice_models.recogniser import ModelError

        try:
            return Voices(self.models)
        except ModelError as error:
            raise UsageError(
                f"{error}\nwithout it there are no spoken calls; text and chat work as before",
                f"{error.chinese}\n没有它就不能语音通话；文字和聊天照常可用",
            ) from None

    def at(self, store: str) -> House:
        """The same house over another store."""
        return House(replace(self.settings, store=store), self.language)

    def say(self, zh: str, en: str) -> None:
        """One line for the person at the keyboard."""
        print(zh if self.chinese else en, flush=True)

    def show(self, table: Table) -> None:
        """A table, on the terminal."""
        from reports.writers.terminal import print_table

        print_table(table, self.language)


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)

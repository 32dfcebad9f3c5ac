"""What goes wrong and can be mended by whoever is at the keyboard, said in both languages."""

from __future__ import annotations


class Mendable(Exception):
    """An error whose message names the thing, the place and what to do: `zh` in Chinese, its text in English."""

    def __init__(self, en: str, zh: str = "") -> None:
        super().__init__(en)
        self.zh = zh or en

    def __str__(self) -> str:
        return str(self.args[0])

    def read(self, language: str) -> str:
        """The message for a language tag: any `zh` tag reads Chinese, all others English."""
        return self.zh if language.startswith("zh") else str(self)

"""Scripts as this house words them: editions beside those that came with the program, kept for good, one in use."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dialogs.rewording import checked, reworded, shipped
from dialogs.script import Script, ScriptError, load_script, read_yaml, to_yaml

PER_VERSION = 1_000  # editions of one version of a script: 1001 is the first of version 1


@dataclass(frozen=True, slots=True)
class Edition:
    """A wording of a script: its number, who made it, when (ISO), how many texts differ from the shipped ones."""

    version: int
    by: str
    at: str
    changed: int


class Scripts:
    """Loads scripts by name and version, those of the house before the shipped ones; safe from several threads.

    An edition is a whole script in a file of its own that is never changed: what runs on it goes on with it. One made
    from an older version of the program's script is used no more for what begins anew.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()

    def __call__(self, name: str, version: int | None = None) -> Script:
        """The script of a version, or the one in use. ScriptError when it is not there."""
        if version is None:
            version = self.in_use(name)
        if version is not None and self._file(name, version).exists():
            return load_script(self._file(name, version), version)
        return load_script(name, version)

    def in_use(self, name: str) -> int | None:
        """The edition in use; None for the shipped script."""
        version = self._index(name)["in_use"]
        return version if version and version // PER_VERSION == load_script(name).version else None

    def editions(self, name: str) -> list[Edition]:
        """All editions, the newest first."""
        return [Edition(**each) for each in self._index(name)["editions"]][::-1]

    def data(self, name: str, version: int | None) -> dict[str, Any]:
        """The YAML of an edition, or of the shipped script. ScriptError when it is not there."""
        return shipped(name) if version is None else read_yaml(self._file(name, version))

    def save(self, name: str, words: Mapping[str, str], by: str, now: datetime) -> Edition:
        """Keeps a new edition with these texts in the place of the shipped ones, not in use yet.

        ScriptError says what is wrong with it.
        """
        with self._lock:
            index, base = self._index(name), shipped(name)
            first = base["version"] * PER_VERSION
            version = max([first, *(each["version"] for each in index["editions"])]) + 1
            data = reworded(base, words, version)
            checked(name, data)
            edition = Edition(version, by, now.isoformat(timespec="seconds"), len(words))
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(self._file(name, version), f"# Wording of this house, by {json.dumps(by)}\n{to_yaml(data)}")
            index["editions"].append(asdict(edition))
            self._keep(name, index)
        return edition

    def use(self, name: str, version: int | None) -> None:
        """Has an edition, or (None) the shipped script, used for all that begins from now on. ScriptError."""
        with self._lock:
            index = self._index(name)
            if version is not None:
                self._check(name, version, index)
            self._keep(name, {**index, "in_use": version})

    def _check(self, name: str, version: int, index: Mapping[str, Any]) -> None:
        if version not in {each["version"] for each in index["editions"]}:
            raise ScriptError(name, "", f"has no edition {version}")
        if version // PER_VERSION != load_script(name).version:
            raise ScriptError(name, "", f"edition {version} was made from an older version of the script")
        load_script(self._file(name, version), version)

    def _file(self, name: str, version: int) -> Path:
        return self.folder / f"{Path(name).name}.v{version}.yaml"

    def _index(self, name: str) -> dict[str, Any]:
        path = self.folder / f"{Path(name).name}.json"
        empty: dict[str, Any] = {"in_use": None, "editions": []}
        return {**empty, **json.loads(path.read_text(encoding="utf-8"))} if path.exists() else empty

    def _keep(self, name: str, index: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        _write(self.folder / f"{Path(name).name}.json", json.dumps(index, ensure_ascii=False, indent=1))


def _write(path: Path, text: str) -> None:
    """Writes a whole file or none: others read it at any moment."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)

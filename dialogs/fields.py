"""What stands in the YAML of a script, read piece by piece; every refusal names the file and the step."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from dialogs.conditions import Condition, ConditionError, read_condition
from dialogs.script import ScriptError
from dialogs.wording import Say, Wording, WordingError, read_wording


class Fields:
    """Knows the file and the step it is at, and the names that conditions may speak of."""

    def __init__(self, file: str, answers: Collection[str]):
        self.file, self.step = file, ""
        self.answers = answers

    def refuse(self, reason: str) -> ScriptError:
        """The refusal, to be raised."""
        return ScriptError(self.file, self.step, reason)

    def maybe(self, data: Mapping[str, Any], key: str) -> Say | None:
        """The wordings at a key, where there are some."""
        return self.say(data[key], key) if data.get(key) else None

    def say(self, data: Any, where: str) -> Say:
        """Wordings, of which the last is said when no other fits."""
        variants = data if isinstance(data, list) else [data]
        read = tuple((self.condition(variant.get("if")) if isinstance(variant, Mapping) else None,
                      self.wording(variant, where)) for variant in variants)  # fmt: skip
        if not read or read[-1][0] is not None:
            raise self.refuse(f"`{where}`: the last wording is said when no other fits, and takes no `if`")
        return Say(read)

    def wording(self, data: Any, where: str) -> Wording:
        """One wording in its languages."""
        try:
            return read_wording(data)
        except WordingError as error:
            raise self.refuse(f"`{where}`: {error}") from None

    def condition(self, text: Any) -> Condition | None:
        """A condition, where there is one."""
        if text is None:
            return None
        try:
            return read_condition(str(text), self.answers)
        except ConditionError as error:
            raise self.refuse(f"condition {error}") from None

    def only(self, data: Any, keys: set[str], where: str) -> dict[str, Any]:
        """The mapping, if it has no other keys."""
        strange = [str(key) for key in self.mapping(data, where) if key not in keys]
        if strange:
            raise self.refuse(f"{where} has no `{strange[0]}` (it has: {', '.join(sorted(keys))})")
        return dict(data)

    def mapping(self, data: Any, where: str) -> Mapping[Any, Any]:
        """The value, if it is a mapping."""
        if not isinstance(data, Mapping):
            raise self.refuse(f"{where} is a mapping, not {data!r}")
        return data

    def listing(self, data: Any) -> list[str]:
        """The phrases, if they are a list."""
        if data is not None and not isinstance(data, list):
            raise self.refuse(f"`phrases` is a list, not {data!r}")
        return [str(item) for item in data or ()]

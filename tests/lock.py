"""Writes the locks: the exact versions installed here of what pyproject.toml asks for, and of what those ask for."""

import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
HEAD = "# Versions that were tested together; written by `make lock` from pyproject.toml.\n"


def wanted(texts: Iterable[str], seen: set[tuple[str, str]] | None = None) -> dict[str, str]:
    """Name to version of these requirements and all that they need on this machine."""
    seen = set() if seen is None else seen
    found: dict[str, str] = {}
    for text in texts:
        requirement = Requirement(text)
        for extra in ("", *requirement.extras):
            key = canonicalize_name(requirement.name), extra
            if key in seen:
                continue
            seen.add(key)
            package = distribution(requirement.name)
            found[key[0]] = package.version
            needs = (Requirement(need) for need in package.requires or [])
            found |= wanted([str(n) for n in needs if not n.marker or n.marker.evaluate({"extra": extra})], seen)
    return found


def lock() -> dict[str, str]:
    """File name to content of the locks."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    run = wanted(project["dependencies"])
    extras = project["optional-dependencies"]
    dev = wanted([text for name in extras if name not in ("bench", "browser") for text in extras[name]])
    bench, browser = wanted(extras["bench"]), wanted(extras["browser"])
    return {
        "requirements.lock": HEAD + "".join(f"{n}=={v}\n" for n, v in sorted(run.items())),
        "requirements-dev.lock": HEAD + "".join(f"{n}=={v}\n" for n, v in sorted(dev.items()) if n not in run),
        "requirements-bench.lock": HEAD
        + "".join(f"{n}=={v}\n" for n, v in sorted(bench.items()) if n not in run | dev),
        "requirements-browser.lock": HEAD
        + "".join(f"{n}=={v}\n" for n, v in sorted(browser.items()) if n not in run | dev),
    }


if __name__ == "__main__":
    for name, text in lock().items():
        (ROOT / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name}: {text.count('==')} packages\n")

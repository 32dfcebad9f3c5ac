"""From a resident's free words to what they say about their health: see docs/understanding.md."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from dialogs.understanding.engine import hear
from dialogs.understanding.lines import explain, serve
from dialogs.understanding.understood import ACTS, CONTEXTS, SYMPTOMS, Member, Understood

__all__ = ["ACTS", "CONTEXTS", "SYMPTOMS", "Member", "Understood", "explain", "serve", "understand"]


def understand(
    text: str,
    *,
    context: str = "open",
    lang: str = "zh-Hans",
    options: Mapping[str, Sequence[str]] | None = None,
    now: datetime | None = None,
) -> Understood:
    """What a text says as the answer to a question; ValueError for a context that is not one of CONTEXTS."""
    if context not in CONTEXTS:
        raise ValueError(f"unknown context {context!r}: one of {', '.join(sorted(CONTEXTS))}")
    return hear(text, context, lang, options, now)

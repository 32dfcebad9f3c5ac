"""Questions in return: which words ask something, and tell nothing."""

from __future__ import annotations

import re

_ASKING = re.compile(
    r"[?？]\s*$|(吗|嗎|(?<![什怎])么)[。.!！~～]?\s*$|(什么|怎么|哪|谁|几|多少)[^，。]*呢[。.!！~～]?\s*$|"
    r"^(what|why|how|where|when|who|which|can|could|should|shall|is|are|do|does|will)\b|"
    r"为什么|为啥|怎么办|要不要|能不能|可不可以",
    re.IGNORECASE,
)
_QUESTION_WORD = re.compile(
    r"(?<![没沒无無不])(什么|什麼|怎么|怎麼|哪|谁|誰|多少|多高|多久)(?!都|也)[^，。,]{0,7}[。.!！~～]?\s*$"
)


def asks(words: str) -> bool:
    """Whether the words are put as a question."""
    return bool(_ASKING.search(words))


def asks_something(words: str) -> bool:
    """Whether words that answer nothing ask something, though they are not put as a question: 疫苗在哪打."""
    return asks(words) or bool(_QUESTION_WORD.search(words))

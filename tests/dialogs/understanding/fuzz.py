"""Understands a million made-up strings: nothing may raise, every span lies inside its text.

python -m tests.dialogs.understanding.fuzz [COUNT] [SEED]
"""

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from dialogs.understanding import CONTEXTS, understand
from dialogs.understanding.lexicon import entries, spellings


def pieces() -> list[str]:
    """Words of the lexicon, numbers, signs and strange characters."""
    known = [next(spellings(p)) for topic in entries().values() for patterns in topic.values() for p in patterns]
    strange = ["\x00", "\u202e", "🏴", "İ", "ﬁ", "٣", "𝟛", "½", "\ud800", "....", "37.8.9", "9" * 40, "度度", "…", "\n"]
    return known + strange * 20 + [str(n) for n in range(0, 120, 3)] + list(",.?!，。？、 ") * 20


def strings(count: int, seed: int) -> Iterator[str]:
    """Made-up answers, most of them of known words in no order."""
    chance, words = random.Random(seed), pieces()
    for _ in range(count):
        joint = chance.choice(["", " ", "，"])
        if chance.random() < 0.1:
            yield "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randrange(20)))
        else:
            yield joint.join(chance.choices(words, k=chance.randrange(1, 9)))


def main() -> None:
    """Run; stops at the first failure with its text."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    contexts, slowest, started = sorted(CONTEXTS), (0.0, ""), time.process_time()
    for number, text in enumerate(strings(count, seed)):
        before = time.process_time()
        said = understand(text, context=contexts[number % len(contexts)], options={"a": ["mask"], "b": ["送菜"]})
        took = time.process_time() - before
        slowest = max(slowest, (took, text)) if number else slowest
        assert all(0 <= start < end <= len(text) for start, end in said.spans.values()), repr(text)
    per = (time.process_time() - started) / count * 1e6
    print(f"{count} strings, {per:.0f} µs each, slowest {slowest[0] * 1e3:.1f} ms: {slowest[1]!r}")


if __name__ == "__main__":
    main()

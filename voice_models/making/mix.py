"""The weights between two models, of which the newer was trained on from the older.

The mean hears strangers better than the newer alone where the newer has learnt a new mixture of voices.
`python -m voice_models.making.mix OLDER NEWER SHARE` changes the folder NEWER.
"""

import math
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

LAYER = re.compile(rb"<(LinearParams)> FM \x04(....)\x04(....)|<(BiasParams)> FV \x04(....)", re.DOTALL)


def mixed(older: bytes, newer: bytes, share: float) -> bytes:
    """A final.mdl whose every weight lies `share` of the way from the older to the newer. Raises ValueError."""
    data = bytearray(newer)
    places = list(_layers(newer))
    if [place[::2] for place in _layers(older)] != [place[::2] for place in places] or not places:
        raise ValueError("models of different shapes cannot be mixed")
    for (_, before, count), (_, place, _) in zip(_layers(older), places, strict=True):
        old, new = np.frombuffer(older, "<f4", count, before), np.frombuffer(newer, "<f4", count, place)
        data[place : place + 4 * count] = (old * (1 - share) + new * share).astype("<f4").tobytes()
    return bytes(data)


def _layers(model: bytes) -> Iterator[tuple[bytes, int, int]]:
    """What the numbers of each layer are, where they begin, how many there are."""
    for found in LAYER.finditer(model):
        linear, rows, columns, bias, size = found.groups()
        sizes = (rows, columns) if linear else (size,)
        yield linear or bias, found.end(), math.prod(struct.unpack("<i", part)[0] for part in sizes)


def main() -> None:
    """Mix the acoustic models of two folders."""
    older, newer = (Path(folder) / "am" / "final.mdl" for folder in sys.argv[1:3])
    newer.write_bytes(mixed(older.read_bytes(), newer.read_bytes(), float(sys.argv[3])))


if __name__ == "__main__":
    main()

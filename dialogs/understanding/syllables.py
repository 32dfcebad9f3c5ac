"""The sound of a Chinese character: its pinyin without tone and without what recognisers and dialects confuse."""

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

# n/l, zh/z, ch/c, sh/s, h/f, r/l, -ng/-n are heard one for the other
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l"), ("hu", "f"))
_MARKS = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ", "aaaaeeeeiiiioooouuuuvvvvvnnnm")


@cache
def _readings() -> dict[int, str]:
    """The character table of pypinyin, loaded by itself: the package would load its phrases too."""
    package = importlib.util.find_spec("pypinyin")
    if package is None or package.origin is None:
        return {}
    spec = importlib.util.spec_from_file_location("pinyin_table", Path(package.origin).with_name("pinyin_dict.py"))
    if spec is None or spec.loader is None:
        return {}
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    table: dict[int, str] = module.pinyin_dict
    return table


@cache
def syllable(character: str) -> str:
    """The commonest reading of a character, toneless, with confusable sounds made one; itself where unknown."""
    if len(character) != 1 or character.isascii():
        return character
    reading = _readings().get(ord(character), "").split(",")[0].translate(_MARKS)
    if not reading:
        return character
    for sound, like in _INITIALS:
        if reading.startswith(sound):
            reading = like + reading[len(sound) :]
            break
    return reading[:-1] if reading.endswith("ng") else reading

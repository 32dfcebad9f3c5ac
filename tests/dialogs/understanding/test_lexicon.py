"""The lexicon files are checked when loaded, and say where they are wrong."""

from pathlib import Path

import pytest

from dialogs.understanding.lexicon import FOLDER, LexiconError, checked, entries, spellings
from dialogs.understanding.understood import ACTS, SYMPTOMS


def test_every_file_loads() -> None:
    assert all(checked(path) for path in FOLDER.glob("*.yaml"))


def test_symptom_files_name_the_fourteen_symptoms() -> None:
    names = {name.removeprefix("not ") for name in entries()["symptom"]} - {"none"}
    assert names == set(SYMPTOMS)
    assert {name.removeprefix("not ").split(" ")[0] for name in entries()["act"]} - {"none", "unreal"} == set(ACTS)


def test_pattern_stands_for_all_its_spellings() -> None:
    assert list(spellings("(my|the) head (really |)hurts")) == [
        "my head really hurts", "my head hurts", "the head really hurts", "the head hurts",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"), [("- a\n- b\n", "not a list"), ("yes: a, b\n", "in quotes"), ("a: 'b (c'\n", "cannot read")]
)
def test_bad_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "xx.symptom.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError, match=r"xx\.symptom\.yaml") as error:
        checked(path)
    assert said in str(error.value)

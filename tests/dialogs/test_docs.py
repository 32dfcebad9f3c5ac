"""The dialog that the guide builds really works, and so does the talk that it shows."""

import re
from pathlib import Path

from dialogs.readers import KINDS
from dialogs.script import load_script
from dialogs.talk import load_talk, play

GUIDE = (Path(__file__).parents[2] / "docs" / "write-a-dialog.md").read_text(encoding="utf-8")


def test_dialog_of_the_guide_is_played(tmp_path):
    script, talk = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert script == (Path(__file__).parent / "masks.yaml").read_text(encoding="utf-8")
    (tmp_path / "masks.yaml").write_text(script, encoding="utf-8")
    (tmp_path / "masks.first.yaml").write_text(talk, encoding="utf-8")
    assert load_script(tmp_path / "masks.yaml").current({"packs": 3}) == {"boxes": 3}
    assert not play(*load_talk(tmp_path / "masks.first.yaml"))


def test_guide_names_every_kind_of_answer():
    assert set(re.findall(r"^   \| `(\w+)` \|", GUIDE, re.MULTILINE)) == set(KINDS) - {"call_time"}

"""Every shipped script is valid for the loader and for the schema; every broken one is refused with its reason."""

import json
from pathlib import Path

import jsonschema
import pytest

from dialogs.draw import mermaid, svg
from dialogs.machine import walk
from dialogs.script import SCRIPTS, ScriptError, load_script, read_yaml, script_names, to_yaml

HERE = Path(__file__).parent
EXAMPLES = HERE.parent.parent / "examples"
ALL = [*(SCRIPTS / f"{name}.yaml" for name in script_names()), *EXAMPLES.glob("*.yaml")]
SCHEMA = jsonschema.Draft202012Validator(json.loads((SCRIPTS / "script.schema.json").read_text(encoding="utf-8")))
BROKEN = read_yaml(HERE / "broken.yaml")
BASE = read_yaml(HERE / "sound.yaml")


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_script_loads_and_fits_the_schema(path):
    script = load_script(path)
    assert script.start in script.steps
    assert not [error.message for error in SCHEMA.iter_errors(read_yaml(path))]


def changed(patch):
    """The sound script with a patch laid over it: dotted paths, null takes away."""
    data = json.loads(json.dumps(BASE))
    for path, value in patch.items():
        *way, last = path.split(".")
        place = data
        for part in way:
            place = place[part]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return data


@pytest.mark.parametrize("name", BROKEN)
def test_broken_script_is_refused_with_file_step_and_reason(name, tmp_path):
    case = BROKEN[name]
    path = tmp_path / "broken.yaml"
    data = None if "text" in case else changed(case["patch"])
    path.write_text(case["text"] if data is None else to_yaml(data), encoding="utf-8")
    with pytest.raises(ScriptError) as refused:
        load_script(path)
    assert refused.value.file.endswith("broken.yaml")
    assert refused.value.step == case.get("step", "")
    assert case["reason"] in refused.value.reason
    if case.get("schema"):
        assert list(SCHEMA.iter_errors(data))


def test_sound_script_is_sound(tmp_path):
    path = tmp_path / "sound.yaml"
    path.write_text(to_yaml(BASE), encoding="utf-8")
    assert load_script(path).name == "sound"
    assert not list(SCHEMA.iter_errors(BASE))


def test_traditional_chinese_is_derived():
    say = load_script("daily_check").steps["symptoms"].again
    assert say.variants[0][1].text("zh-Hant", str) == "有沒有咳嗽、腹瀉、乏力這些不舒服？"


def test_pinned_version_is_found_beside_the_newest(tmp_path):
    for version, file in ((1, "sound.v1.yaml"), (2, "sound.yaml")):
        (tmp_path / file).write_text(to_yaml({**BASE, "version": version}), encoding="utf-8")
    assert load_script("sound", folder=tmp_path).version == 2
    assert load_script("sound", 1, folder=tmp_path).version == 1
    assert script_names(tmp_path) == ["sound"]
    with pytest.raises(ScriptError, match="version 2, not 3"):
        load_script("sound", 3, folder=tmp_path)
    with pytest.raises(ScriptError, match="no such script"):
        load_script("nothing", folder=tmp_path)


def test_script_is_built_once():
    assert load_script("daily_check") is load_script("daily_check")
    assert walk(load_script("daily_check")) is walk(load_script("daily_check"))


def test_renamed_answer_keeps_old_answers_readable():
    script = load_script("quarantine_followup")
    assert script.current({"stayed_in": True, "temperature": 36.6}) == {"at_home": True, "temperature": 36.6}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_drawing_shows_every_step_and_way(path):
    script = load_script(path)
    text, picture = mermaid(script, "zh-Hans"), svg(script, "zh-Hans")
    for step in script.steps.values():
        assert f"    {step.name}" in text
        assert f">{step.name}<" in picture
        assert all(f"| {to}" in text for to in step.next.values())
    assert picture.count("marker-end") == sum(len(set(step.next.values())) for step in script.steps.values())

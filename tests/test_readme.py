"""The commands that the READMEs show are run as they stand; what they link to is there."""

import re
import shlex
from pathlib import Path

import openpyxl
import pytest

from simulator.population import make_town
from simulator.roster import write_roster
from tests.programs import run

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
PYTHON = ".venv/bin/python "


def commands(readme):
    """The shell lines of a README in their order, without their comments."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        yield from (line.split("#")[0].strip() for line in block.splitlines())


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A folder with a roster as XLSX, as the README expects it."""
    folder = tmp_path_factory.mktemp("readme")
    write_roster(make_town(60, 3), folder / "list.csv", 3)
    book = openpyxl.Workbook()
    for line in (folder / "list.csv").read_text(encoding="utf-8-sig").splitlines():
        book.active.append(line.split(","))
    book.save(folder / "my_list.xlsx")
    return folder


def test_every_command_of_the_readme_works(office):
    for line in commands("README.md"):
        if not line.startswith("make "):
            program, *arguments = shlex.split(line.removeprefix(PYTHON))
            assert line.startswith(PYTHON), line
            assert program == "run_bot.py"
            done = run(office, *arguments)
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


def test_both_readmes_show_the_same_commands():
    english, chinese = (list(commands(readme)) for readme in READMES)
    assert english == chinese


def test_make_targets_that_are_shown_exist():
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    shown = {line.split()[1] for readme in READMES for line in commands(readme) if line.startswith("make ")}
    assert shown == {"demo", "test"}
    assert shown <= set(targets)


@pytest.mark.parametrize(
    "page", [*READMES, "CONTRIBUTING.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]
)
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in link:
            assert ((ROOT / page).parent / link).exists(), f"{page}: {link}"

"""Every text and mark of the style sheets can be read: contrast by the formula of WCAG 2.2, by day and by night."""

import re
from pathlib import Path

import pytest

from reports.table import SHADES

ROOT = Path(__file__).parents[2]
TEXT, MARK = 4.5, 3.0  # least contrast of a text (AA), and of what is no text
FILES = {"page": "reports/writers/page.css", "console": "web/static/console.css", "chat": "web/static/chat.css"}
SHEETS = {name: (ROOT / path).read_text(encoding="utf-8") for name, path in FILES.items()}
HEX = re.compile(r"^#([0-9a-f]{3}|[0-9a-f]{6})$")


def luminance(colour):
    """The relative luminance of a colour, 0..1."""
    digits = colour.lstrip("#")
    digits = "".join(2 * each for each in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def variables(text):
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]+)", text))


def palettes():
    """The variables by day, and by night where the night has its own."""
    day, night = {}, {}
    for text in SHEETS.values():
        dark = "".join(re.findall(r"@media \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}", text, re.DOTALL))
        day |= variables(re.sub(r"@media \(prefers-color-scheme: dark\) \{.*?\}\s*\}", "", text, flags=re.DOTALL))
        night |= variables(dark)
    return {"day": day, "night": {**day, **night}}


def rules(text):
    """Selector and declarations of every rule with a colour of its own."""
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
        yield selector.strip().splitlines()[-1], dict(re.findall(r"([\w-]+):\s*([^;]+?)\s*(?:;|$)", body))


def test_formula_is_that_of_wcag():
    assert contrast("#fff", "#000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("when", ["day", "night"])
def test_palette_can_be_read(when):
    has = palettes()[when]
    for ink in ("ink", "soft", "accent", "alarm"):
        for paper in ("paper", "card", "head"):
            assert contrast(has[ink], has[paper]) >= TEXT, (ink, paper)
    for ink, paper in (("ink", "bar"), ("ink", "alarm-paper"), ("alarm", "alarm-paper")):
        assert contrast(has[ink], has[paper]) >= TEXT, (ink, paper)
    assert contrast("#ffffff", has["press"]) >= TEXT
    for mark in ("s0", "s2", "s3", "s5", "accent"):  # the colours of charts whose parts have no name at their side
        assert contrast(has[mark], has["card"]) >= MARK - 0.4, mark


@pytest.mark.parametrize("when", ["day", "night"])
def test_figures_of_the_heat_map_can_be_read_on_every_shade(when):
    has = palettes()[when]
    shades = re.findall(
        r"\.w(\d) \{ background: color-mix\(in srgb, var\(--(\w+)\) (\d+)%, transparent\)", SHEETS["page"]
    )
    assert [int(number) for number, *_ in shades] == list(range(1, SHADES + 1))
    for _, name, part in shades:
        assert contrast(has["ink"], mixed(has[name], has["card"], int(part) / 100)) >= TEXT


def mixed(one, other, part):
    """`part` of a colour, laid over another."""
    one, other = (2 * each[1:] if len(each) == 4 else each[1:] for each in (one, other))  # a short one here is a grey
    pairs = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (0, 2, 4)]
    return "#" + "".join(f"{round(a * part + b * (1 - part)):02x}" for a, b in pairs)


@pytest.mark.parametrize("when", ["day", "night"])
@pytest.mark.parametrize("sheet", list(SHEETS))
def test_text_on_a_ground_of_its_own_can_be_read(sheet, when):
    has = palettes()[when]

    def colour(value):
        named = re.fullmatch(r"var\(--([\w-]+)(?:,.*)?\)", value or "")
        value = has.get(named[1], "") if named else (value or "")
        return value if HEX.match(value) else None

    found = 0
    for selector, body in rules(SHEETS[sheet]):
        ink, paper = colour(body.get("color")), colour(body.get("background") or body.get("background-color"))
        if ink and paper:
            assert contrast(ink, paper) >= TEXT, (selector, ink, paper, round(contrast(ink, paper), 2))
            found += 1
    assert found


def test_focus_can_be_seen_on_every_ground_of_the_residents_pages():
    (ring,) = re.findall(r":focus-visible \{ outline: 4px solid (#[0-9a-f]+)", SHEETS["chat"])
    for ground in ("#f3f6f9", "#ffffff"):
        assert contrast(ring, ground) >= MARK

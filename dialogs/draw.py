"""A script as a picture: Mermaid text for documents, and a plain SVG for anybody's screen."""

from __future__ import annotations

from collections import defaultdict
from html import escape

from dialogs.script import Script, Step

_SHAPES = {
    "question": ("[", "]"),
    "notice": ("([", "])"),
    "branch": ("{", "}"),
    "each": ("{{", "}}"),
    "end": ("((", "))"),
}
_COLOURS = {"question": "#e8f1fb", "notice": "#f3f3f3", "branch": "#fff6dd", "each": "#efe8fb", "end": "#e5f5e8"}
_WIDE, _HIGH, _APART, _BELOW = 180, 44, 40, 64  # pixels


def mermaid(script: Script, language: str = "en") -> str:
    """The script as a Mermaid flowchart: steps with their kind of answer, meanings on the arrows."""
    lines = ["flowchart TD"]
    for step in script.steps.values():
        left, right = _SHAPES[step.kind]
        lines.append(f'    {step.name}{left}"{_label(script, step, language)}"{right}')
    for step in script.steps.values():
        for to, meanings in _arrows(step).items():
            lines.append(f'    {step.name} -->|"{_quoted(" / ".join(meanings))}"| {to}')
    lines += [
        f'    {act.name}_act(["at every step: {act.name}"]) -.-> {act.to}' for act in script.acts.values() if act.to
    ]
    return "\n".join(lines) + "\n"


def _label(script: Script, step: Step, language: str) -> str:
    about = _about(script, step, language)
    return f"{step.name}<br/>{about}" if about else step.name


def _about(script: Script, step: Step, language: str) -> str:
    """What a step is about: what it asks for and how, or how it ends."""
    return f"{script.label(step.ask, language)}: {step.ask.kind}" if step.ask else step.end or ""


def _quoted(text: str) -> str:
    return text.replace('"', "'").replace("<", "&lt;").replace(">", "&gt;")


def _arrows(step: Step) -> dict[str, list[str]]:
    """Where a step leads, with the meanings that lead there."""
    arrows: dict[str, list[str]] = defaultdict(list)
    for meaning, to in step.next.items():
        arrows[to].append(meaning)
    every = len(arrows) == 1 and len(step.next) > 1
    return {to: ["any answer"] for to in arrows} if every else arrows


def svg(script: Script, language: str = "en") -> str:
    """The script as an SVG: steps in rows by their distance from the start, arrows with their meanings."""
    rows = _rows(script)
    width = max(len(row) for row in rows) * (_WIDE + _APART) + _APART
    places = {
        name: (
            (width - len(row) * (_WIDE + _APART) + _APART) // 2 + i * (_WIDE + _APART),
            _APART + y * (_HIGH + _BELOW),
        )
        for y, row in enumerate(rows)
        for i, name in enumerate(row)
    }
    height = len(rows) * (_HIGH + _BELOW) + _APART
    boxes = [
        _box(script.steps[name], _about(script, script.steps[name], language), x, y) for name, (x, y) in places.items()
    ]
    arrows = [_arrow(places[step.name], places[to], meanings)
              for step in script.steps.values() for to, meanings in _arrows(step).items()]  # fmt: skip
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#667"/></marker></defs>'
    )
    return "\n".join([head, *arrows, *boxes, "</svg>"]) + "\n"


def _rows(script: Script) -> list[list[str]]:
    """Steps by their distance from the start; those that only acts and limits lead to stand last."""
    rows, seen = [[script.start]], {script.start}
    while True:
        following = [to for name in rows[-1] for to in script.steps[name].next.values()]
        row = [name for name in dict.fromkeys(following) if name not in seen]
        if not row:
            break
        seen.update(row)
        rows.append(row)
    rest = [name for name in script.steps if name not in seen]
    return [*rows, *(rest[i : i + 5] for i in range(0, len(rest), 5))]


def _box(step: Step, about: str, x: int, y: int) -> str:
    return (
        f'<g><rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" rx="{_HIGH // 2 if step.kind == "end" else 6}" '
        f'fill="{_COLOURS[step.kind]}" stroke="#889"/>'
        f'<text x="{x + _WIDE // 2}" y="{y + 18}" text-anchor="middle" font-weight="bold">{escape(step.name)}</text>'
        f'<text x="{x + _WIDE // 2}" y="{y + 34}" text-anchor="middle" fill="#556">{escape(about)}</text></g>'
    )


def _arrow(start: tuple[int, int], end: tuple[int, int], meanings: list[str]) -> str:
    x1, y1, x2, y2 = start[0] + _WIDE // 2, start[1] + _HIGH, end[0] + _WIDE // 2, end[1]
    bend = 0 if y2 > y1 else _WIDE
    path = f"M{x1},{y1} C{x1 + bend},{y1 + _BELOW // 2} {x2 + bend},{y2 - _BELOW // 2} {x2},{y2}"
    x, y = x1 + (x2 - x1) // 3, y1 + (y2 - y1) // 3 + 4
    label = escape(" / ".join(meanings))
    return (
        f'<path d="{path}" fill="none" stroke="#667" marker-end="url(#tip)"/>'
        f'<text x="{x}" y="{y}" text-anchor="middle" fill="#334" font-size="10">{label}</text>'
    )

"""Commands on dialogs: check, draw, talk, understand."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from commands.house import House, now
from commands.settings import UsageError

if TYPE_CHECKING:
    from dialogs.script import Script


def check(house: House, args: argparse.Namespace) -> int:
    """Checks scripts, and says of each whether it is sound; all are checked, whatever the first says."""
    from dialogs.script import ScriptError, load_script, script_names

    bad = 0
    for name in args.scripts or script_names():
        try:
            script = load_script(name)
            check_follow_ups(script)
        except (ScriptError, UsageError) as error:
            bad += 1
            print(error.read(house.language) if isinstance(error, UsageError) else error, file=sys.stderr)
            continue
        house.say(
            f"{name}：可用（第 {script.version} 版，{len(script.steps)} 步）",
            f"{name}: sound (version {script.version}, {len(script.steps)} steps)",
        )
    return 1 if bad else 0


def check_follow_ups(script: Script) -> None:
    """Raises UsageError when a result asks for a kind of follow-up that the health rules do not know."""
    from records.health import default_rules

    known = default_rules().follow_ups
    for place, rule in enumerate(script.results, start=1):
        if rule.follow_up and rule.follow_up not in known:
            where, names = f"script {script.name!r}: results: {place}: follow_up", ", ".join(known)
            raise UsageError(
                f"{where}: {rule.follow_up!r} is not a kind in records/health.yaml (known: {names})",
                f"{where}: records/health.yaml 中没有任务种类 {rule.follow_up!r}（可用：{names}）",
            )


def draw(house: House, args: argparse.Namespace) -> int:
    """Draws a script as a state diagram: Mermaid, or SVG by the name of the file."""
    from dialogs.draw import mermaid, svg
    from dialogs.script import load_script

    script = load_script(args.script)
    if not args.out:
        print(mermaid(script, house.language))
        return 0
    out = Path(args.out)
    if out.suffix not in (".svg", ".mmd", ".md"):
        raise UsageError(f"--out {out}: draws .svg (a picture) or .mmd (Mermaid)")
    out.write_text(
        svg(script, house.language) if out.suffix == ".svg" else mermaid(script, house.language), encoding="utf-8"
    )
    print(out)
    return 0


def chat(house: House, args: argparse.Namespace) -> int:
    """A talk with a script, typed in the terminal; kept as a test case where asked."""
    from bots.terminal import HINT, TerminalLine, converse
    from dialogs.dialog import Dialog
    from dialogs.script import load_script

    language = args.talk_lang or ("zh-Hans" if house.chinese else "en")
    name = args.name or ("Mary Brown" if language == "en" else "王芳")
    person = {"id": "1", "name": name, "language": language}
    channel = "phone" if args.phone else "chat"
    facts = {**house.facts, "resident": person, "members": [person], "channel": channel}
    if args.record and not Path(args.record).absolute().parent.is_dir():
        raise UsageError(f"--record {args.record}: its folder is not there")
    dialog = Dialog(load_script(args.script), {**facts, "now": now().astimezone().isoformat(timespec="minutes")})
    print(HINT)
    heard = converse(dialog, TerminalLine(short=args.phone))
    house.say(f"（结束：{dialog.disposition}）", f"(ended: {dialog.disposition})")
    if args.record:
        from dialogs.talk import file_of, record

        kept = Path(args.record)
        kept.write_text(record(dialog.script, dialog.facts, heard, file_of(args.script, kept)), encoding="utf-8")
        print(args.record)
    return 0


def understand(house: House, args: argparse.Namespace) -> int:
    """Reads JSON lines on standard input, and writes what each means; with --explain, plain words do as well."""
    from dialogs.understanding import explain, serve

    if not args.explain:
        for line in serve(sys.stdin):
            print(line, flush=True)
        return 0
    for line in sys.stdin:
        asked = _asked(line, "zh-Hans" if house.chinese else "en")
        print(*explain(asked["text"], context=asked["context"], lang=asked["lang"]), "", sep="\n", flush=True)
    return 0


def _asked(line: str, language: str) -> dict[str, str]:
    """A line as `understand` takes it; words that are no JSON are an answer to no particular question."""
    asked = {"text": line.strip(), "context": "open", "lang": language}
    with suppress(ValueError):
        given = json.loads(line)
        if isinstance(given, dict):
            asked |= {key: str(value) for key, value in given.items() if key in asked}
    return asked

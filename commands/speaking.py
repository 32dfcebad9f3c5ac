"""Spoken calls: over the simulated telephone, with a person at a microphone or in WAV files; and their models."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from commands.house import House, now
from commands.settings import UsageError

if TYPE_CHECKING:
    from bots.phone import Callee, TelephoneLine
    from bots.voice import Wire
    from records.tables import Campaign
    from simulator.people import Town


def aloud(town: Town, residents: int, seed: int) -> set[str]:
    """Households chosen by chance that have at least so many residents together; below zero all of them."""
    if residents < 0:
        return set(town.households)
    order = list(town.households)
    Random(f"aloud {seed}").shuffle(order)
    chosen: set[str] = set()
    for household in order:
        if residents <= 0:
            break
        chosen.add(household)
        residents -= len(town.households[household])
    return chosen


def speaking(
    house: House, campaign: Campaign, speed: float | None = None
) -> Callable[[Callee, datetime], TelephoneLine]:
    """Makes the line of each call: audio for whom the exchange has aloud, words for the others.

    With a `speed` it is real time; as many calls as the plan says are recorded.
    """
    from bots.phone import RealTimeLine, SimulatedLine
    from bots.voice import PacedWire, VoiceLine
    from campaigns.campaign import plan_of
    from records.recordings import folder_of
    from simulator.exchange import Callee as Simulated
    from simulator.wire import SimulatedWire

    voices = house.voices
    if speed is not None:
        voices.prepare(house.scripts(campaign.script, campaign.script_version), campaign.lines)
    recorded, most = count(), plan_of(campaign).recordings
    folder = house.out / folder_of(campaign.name)

    def line(callee: Callee, opened_at: datetime) -> TelephoneLine:
        assert isinstance(callee, Simulated)
        if not callee.aloud:
            return SimulatedLine(callee, opened_at) if speed is None else RealTimeLine(callee, opened_at, speed)
        wire: Wire = SimulatedWire(callee, opened_at, campaign.seed)
        if speed is not None:
            wire = PacedWire(wire, speed)
        records = not callee.machine and next(recorded) < most
        return VoiceLine(wire, voices, folder if records else None)

    return line


def call(house: House, args: argparse.Namespace) -> int:
    """One call to a person at the microphone, or to a folder of WAV files that answers the questions in order."""
    from bots.voice import VoiceLine
    from dialogs.dialog import Dialog
    from dialogs.script import load_script

    wire = _wire(args)
    kept = _kept(args.record)
    language = args.talk_lang or ("zh-Hans" if house.chinese else "en")
    name = args.name or ("Mary Brown" if language == "en" else "王芳")
    person = {"id": "1", "name": name, "language": language}
    facts = {**house.facts, "resident": person, "members": [person], "channel": "phone"}
    facts["recorded"] = bool(args.record)
    dialog = Dialog(load_script(args.script), {**facts, "now": now().astimezone().isoformat(timespec="minutes")})
    line = VoiceLine(wire, house.voices, kept.parent if kept else None)
    dialog.open()
    while not dialog.over:
        print("<", dialog.reply.short, flush=True)
        heard = line.ask(dialog.reply)
        print(">", heard.words or heard.keys or ("(hung up)" if heard.hung_up else "(silence)"), flush=True)
        dialog.hear(heard)
    if not line.hung_up:
        print("<", dialog.reply.short, flush=True)
        line.tell(dialog.reply)
    if kept:
        line.keep(kept.stem)
    house.say(f"（结束：{dialog.disposition}）", f"(ended: {dialog.disposition})")
    return 0


def _kept(name: str | None) -> Path | None:
    """Where the recording is to lie; UsageError, before anybody speaks, where nothing can be written."""
    if not name:
        return None
    path = Path(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".wav").open("ab").close()
    except OSError as trouble:
        said = trouble.strerror
        raise UsageError(f"--record {name}: cannot be written: {said}", f"--record {name}：写不进去：{said}") from None
    return path


def _wire(args: argparse.Namespace) -> Wire:
    from bots.microphone import Microphone, NoSound
    from bots.voices import PIECE
    from bots.wav import WavWire
    from voice_models.synthesiser import SynthesisError

    if not args.wav:
        try:
            return Microphone(PIECE)
        except NoSound as trouble:
            raise UsageError(str(trouble), trouble.chinese) from None
    files = sorted(Path(args.wav).glob("*.wav"))
    if not files:
        raise UsageError(f"--wav {args.wav}: holds no WAV file", f"--wav {args.wav}：没有 WAV 文件")
    try:
        return WavWire(files, PIECE)
    except SynthesisError as trouble:
        raise UsageError(str(trouble), f"读不了：{trouble}") from None


def models(house: House, args: argparse.Namespace) -> int:
    """Speech models: lists those in use, fetches or checks one, or rebuilds the graph of one for more words."""
    from voice_models.recogniser import ModelError

    try:
        return {"list": _list, "add": _add, "check": _check, "build-graph": _build_graph}[args.action](house, args)
    except ModelError as trouble:
        raise UsageError(str(trouble), trouble.chinese) from None


def _list(house: House, args: argparse.Namespace) -> int:
    from voice_models.recogniser import ModelError, check

    for language, folder in house.models.items():
        try:
            check(folder)
            state = "可用" if house.chinese else "sound"
        except ModelError as trouble:
            state = trouble.chinese if house.chinese else str(trouble)
        print(language, folder, state, sep="\t")
    return 0


def _add(house: House, args: argparse.Namespace) -> int:
    """A folder is checked as it is; an official name is fetched by Vosk's own loader."""
    from voice_models.recogniser import ear, fetch

    folder = Path(args.model) if Path(args.model).is_dir() else fetch(args.model)
    ear(folder)
    entry = f'voice_{args.language} = "{folder}"'
    house.say(f"可用。请在 wenan.toml 写上：{entry}", f"It can be used: put into wenan.toml: {entry}")
    return 0


def _check(house: House, args: argparse.Namespace) -> int:
    """Loads a model and tries a grammar."""
    from voice_models.recogniser import ear
    from voice_models.telephone import pcm, quiet

    folder = Path(args.model) if args.model else house.models[args.language]
    listener = ear(folder)
    words = ["yes", "no"] if args.language == "en" else ["是", "没有"]
    listener.recognise(pcm(quiet(8000)), listener.grammar(words))
    lacking = listener.lacks(words)
    if lacking:
        raise UsageError(f"{folder}: does not know {', '.join(lacking)}", f"{folder}：不认识 {'、'.join(lacking)}")
    house.say(f"{folder}：可用", f"{folder}: sound")
    return 0


def _build_graph(house: House, args: argparse.Namespace) -> int:
    """The phrases of scripts that a model lacks are added to its graph, without training."""
    from voice_models.recogniser import ear

    folder = Path(args.model) if args.model else house.models[args.language]
    lacking = ear(folder).lacks(_phrases(args.scripts, args.language))
    if not lacking:
        house.say("这些话术的词都已经认识", "Every phrase of these scripts is known already")
        return 0
    house.say(f"加入 {len(lacking)} 个：{'、'.join(lacking)}", f"Adding {len(lacking)}: {', '.join(lacking)}")
    command = [args.python or sys.executable, "-m", "voice_models.making.graph", args.language, str(folder), *lacking]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["?"]
        raise UsageError(
            f"the graph was not built: {last[0]}; docs/voice.md says which tools it needs (--python)",
            f"没有建成：{last[0]}；所需工具见 docs/voice.md（--python）",
        )
    return 0


def _phrases(scripts: list[str], language: str) -> list[str]:
    """What the questions of scripts expect to hear."""
    from dialogs.expected import expected
    from dialogs.script import load_script, script_names

    spoken = "en" if language == "en" else "zh-Hans"
    loaded = [load_script(name) for name in scripts or script_names()]
    said = [phrase for s in loaded for question in s.questions.values() for phrase in expected(s, question, spoken)]
    return list(dict.fromkeys(said))

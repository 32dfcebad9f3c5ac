"""Calls that are heard: real audio through real vosk and pyttsx3, over the simulated line."""

import wave
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

pytest.importorskip("vosk", reason="the ear needs vosk")
pytest.importorskip("espeakng_loader", reason="the mouth needs espeakng-loader")

from bots.voice import PacedWire, VoiceLine
from bots.voices import PIECE, Voices
from bots.wav import WavWire
from dialogs.dialog import Dialog
from dialogs.events import UNHEARD, Heard, Reply
from dialogs.script import load_script
from simulator.exchange import Exchange
from simulator.population import make_town
from simulator.speech import at_level, beep
from simulator.wire import Line, SimulatedWire
from voice_models.espeak import Manner, espeak
from voice_models.reading import readable
from voice_models.recogniser import ModelError
from voice_models.telephone import RATE, banded, joined, narrow, padded, pcm, tone

MODELS = {name: Path(__file__).parents[2] / "voice_models" / f"{name}-phone" for name in ("zh", "en")}
AT = datetime(2026, 3, 10, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TEMPERATURE = Reply("", "您今天体温多少度？", "temperature", "temperature", asked={"name": "temperature"},
                    keypad={"": ""}, silence_seconds=4.0)  # fmt: skip
YES_NO = Reply("", "您感觉发烧吗？", "fever", "yes_no", asked={"name": "fever"}, keypad={"1": "是", "2": "不是"},
               silence_seconds=4.0)  # fmt: skip


@pytest.fixture(scope="module")
def voices():
    return Voices(MODELS)


def spoken(text, voice="cmn+f2", level=-20.0):
    samples = espeak().render(readable(text, "zh"), Manner(voice, 150)).astype(np.float32) / np.float32(32768)
    return at_level(banded(narrow(samples, espeak().sample_rate)), level)


class Tape:
    """Another end that plays what it is given: sounds at seconds after the question, or from its beginning on."""

    def __init__(self, after=(), during=(), keys="", noise=1e-3):
        self.after, self.during, self.keys = after, during, keys
        self.gone, self.noise, self.chance = False, noise, np.random.default_rng(1)
        self.asked_at = self.quiet_at = None
        self.now = self.silent = 0
        self.sent = []

    def asked(self, reply):
        self.asked_at, self.quiet_at, self.silent = self.now, None, 0

    def exchange(self, sent, size):
        self.silent = self.silent + size if sent is None else 0
        if self.silent > 1.5 * RATE and self.quiet_at is None and self.asked_at is not None:
            self.quiet_at = self.now  # a rest in the middle of the question is shorter
        self.sent.append(sent is not None)
        heard = (self.chance.standard_normal(size) * self.noise).astype(np.float32)
        for begin, sounds in ((self.asked_at, self.during), (self.quiet_at, self.after)):
            for second, samples in sounds if begin is not None else ():
                place = self.now - begin - int(second * RATE)
                piece = samples[max(0, place) : max(0, place + size)]
                heard[max(0, -place) : max(0, -place) + len(piece)] += piece[: size - max(0, -place)]
        self.now += size
        return heard

    def pressed(self):
        keys, self.keys = (self.keys, "") if self.quiet_at is not None else ("", self.keys)
        return keys


def ask(voices, wire, reply=TEMPERATURE):
    line = VoiceLine(wire, voices)
    line.machine_answers()
    return line.ask(reply), line


def test_an_answer_is_heard(voices):
    heard, line = ask(voices, Tape([(0.5, spoken("三十七度八"))]))
    assert (heard.words, heard.how) == ("三十七度八", "voice")
    assert heard.confidence > 0.6
    assert not line.hung_up


def test_silence_is_noticed_only_when_the_question_is_over(voices):
    wire = Tape()
    heard, line = ask(voices, wire)
    assert heard.silent
    question = len(voices.prompt(TEMPERATURE.short, "zh-Hans")) / RATE
    assert line.seconds == pytest.approx(1.3 + question + TEMPERATURE.silence_seconds, abs=0.6)


@pytest.mark.parametrize("sound", ["noise", "music", "clipped"])
def test_sounds_are_no_answer(voices, sound):
    time = np.arange(2 * RATE) / RATE
    chance = np.random.default_rng(1)
    sounds = {
        "noise": chance.standard_normal(2 * RATE) * 0.05,
        "music": sum(np.sin(2 * np.pi * hertz * time) for hertz in (262, 330, 392, 523)) / 20,
        "clipped": np.sign(chance.standard_normal(2 * RATE)),
    }
    heard, _ = ask(voices, Tape([(0.4, sounds[sound].astype(np.float32))]))
    assert heard.words in (None, UNHEARD)
    assert not heard.keys


@pytest.mark.parametrize("beside", [True, False], ids=["events", "tones"])
def test_keys_are_heard_beside_the_audio_and_in_it(voices, beside):
    tones = joined([part for key in "378" for part in (tone(key, 0.12), np.zeros(1600, np.float32))])
    heard, _ = ask(voices, Tape(keys="378") if beside else Tape([(0.4, tones)]))
    assert (heard.keys, heard.words, heard.how) == ("378", None, "keys")


def test_one_key_is_enough_where_keys_choose(voices):
    heard, line = ask(voices, Tape(keys="1"), YES_NO)
    assert heard.keys == "1"
    assert line.seconds < 5


def test_an_answer_over_the_question_stops_it(voices):
    long = Reply(
        "", "您今天体温多少度？请用体温计量一下，直接说数字，没有体温计就说没量。", "temperature", "temperature"
    )
    wire = Tape(during=[(1.2, spoken("三十六度八"))])
    heard, line = ask(voices, wire, long)
    assert heard.words == "三十六度八"
    assert line.seconds < 1.3 + len(voices.prompt(long.short, "zh-Hans")) / RATE


def test_a_cough_or_a_nod_does_not_end_the_question(voices):
    long = Reply(
        "", "您今天体温多少度？请用体温计量一下，直接说数字，没有体温计就说没量。", "temperature", "temperature"
    )
    cough = at_level(np.random.default_rng(2).standard_normal(1600).astype(np.float32), -20)
    wire = Tape(during=[(1.0, cough), (2.4, spoken("嗯"))], after=[(0.6, spoken("三十六度八"))])
    heard, _ = ask(voices, wire, long)
    assert heard.words == "三十六度八"
    assert sum(wire.sent) * PIECE >= len(voices.prompt(long.short, "zh-Hans"))


def test_an_answer_given_too_early_counts_when_nothing_follows(voices):
    long = Reply(
        "", "您今天体温多少度？请用体温计量一下，直接说数字，没有体温计就说没量。", "contact", "yes_no",
        asked={"name": "contact"}, silence_seconds=7.0,
    )  # fmt: skip
    wire = Tape(during=[(1.2, spoken("没有", level=-24))])
    heard, line = ask(voices, wire, long)
    assert heard.words == "没有"
    assert line.seconds < 1.3 + len(voices.prompt(long.short, "zh-Hans")) / RATE + long.silence_seconds


def english(text):
    samples = espeak().render(text, Manner("en-us+f2", 150)).astype(np.float32) / np.float32(32768)
    return at_level(banded(narrow(samples, espeak().sample_rate)), -20.0)


def test_whoever_was_not_understood_may_speak_the_other_language(voices):
    heard, line = ask(voices, Tape([(0.5, english("thirty seven point eight"))]))
    assert heard.words == UNHEARD
    assert line.ask(TEMPERATURE).words == "thirty seven point eight"
    line.wire.after = [(0.5, spoken("三十七度八"))]
    assert line.ask(TEMPERATURE).words == "三十七度八"


def test_a_grammar_is_made_once_for_all_calls(voices):
    made = []
    own = Voices(MODELS)
    own._grammars = lambda *key: made.append(key) or voices.grammar(*key)
    own.listen(YES_NO).finish()
    before = len(made)
    own.prepare(load_script("daily_check"))
    assert len(made) > before + 10
    assert own.ears["zh"].listen(voices.grammar(*made[0])) is not None


def test_whoever_answers_is_human_and_a_machine_is_not(voices):
    assert not VoiceLine(Tape(), voices).machine_answers()
    hello = Tape(during=[(0.4, spoken("喂，你好"))])
    hello.asked(None)
    assert not VoiceLine(hello, voices).machine_answers()
    greeting = spoken("您好，我现在不方便接听电话，有事请在提示音以后留言，我会尽快给您回电话")
    machine = Tape(during=[(0.4, joined([greeting, beep(1000.0, 0.6)]))])
    machine.asked(None)
    line = VoiceLine(machine, voices)
    assert line.machine_answers()
    line.leave_message(Reply("", "我们晚点再打给您。", "", "notice", over=True))
    assert line.heard_all
    assert line.seconds > len(greeting) / RATE


def test_who_hangs_up_is_gone(voices):
    wire = Tape()
    wire.gone = True
    heard, line = ask(voices, wire)
    assert heard.hung_up
    assert line.hung_up
    assert not line.heard_all


def test_a_murmuring_line_cannot_hold_the_robot_for_ever(voices):
    wire = Tape(during=[(0.0, (np.random.default_rng(3).standard_normal(90 * RATE) * 0.1).astype(np.float32))])
    heard, line = ask(voices, wire)
    assert isinstance(heard, Heard)
    assert line.seconds < 60


def one_call(voices, seed, recordings=None):
    town = make_town(60, 5)
    exchange = Exchange(town, seed, aloud=set(town.households))
    person = next(p for p in town.residents if p.language != "en" and not p.telephone.wrong_person)
    callee = exchange.pick_up(person.phone, AT, 2)
    line = VoiceLine(SimulatedWire(callee, AT, seed, Line()), voices, recordings)
    facts = {"resident": {"id": person.id, "name": person.name, "language": person.language}, "caller": "社区",
             "now": AT.isoformat(), "fever_c": 37.3, "recorded": line.recorded}  # fmt: skip
    dialog = Dialog(load_script("daily_check"), facts)
    assert not line.machine_answers()
    dialog.open()
    while not dialog.over:
        dialog.hear(line.ask(dialog.reply))
    line.tell(dialog.reply)
    return person, dialog, line


def test_a_simulated_resident_is_heard_from_hello_to_goodbye(voices, tmp_path):
    person, dialog, line = one_call(voices, 1, tmp_path)
    assert dialog.disposition == "complete"
    assert dialog.answers[person.id]["temperature"] in (None, person.truth.temperature_c)
    line.keep("one")
    with wave.open(str(tmp_path / "one.wav"), "rb") as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE, 2)
        assert file.getnframes() / RATE == pytest.approx(line.seconds, abs=0.2)
    assert "通话有录音" in (tmp_path / "one.txt").read_text("utf-8")


def test_the_same_seed_gives_the_same_call(voices):
    calls = [one_call(voices, 2) for _ in range(2)]
    assert calls[0][1].memory() == calls[1][1].memory()
    assert calls[0][2].seconds == calls[1][2].seconds


def test_nothing_is_kept_of_a_call_that_is_not_recorded(voices, tmp_path):
    line = VoiceLine(Tape(), voices)
    line.machine_answers()
    line.keep("one")
    assert not line.recorded
    assert not list(tmp_path.iterdir())


def save(path, samples, rate, channels=1):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.repeat(samples, channels) * 32767).astype(np.int16).tobytes())


def test_wav_files_answer_at_any_rate_and_in_stereo(voices, tmp_path):
    speech = spoken("三十七度二")
    save(tmp_path / "1.wav", speech, RATE)
    save(tmp_path / "2.wav", np.interp(np.arange(2 * len(speech)) / 2, np.arange(len(speech)), speech), 2 * RATE, 2)
    line = VoiceLine(WavWire(sorted(tmp_path.glob("*.wav")), PIECE), voices)
    assert [line.ask(TEMPERATURE).words for _ in range(2)] == ["三十七度二", "三十七度二"]
    assert line.ask(TEMPERATURE).hung_up


def test_real_time_takes_its_time():
    wire = PacedWire(Tape(), speed=50)
    began = __import__("time").monotonic()
    for _ in range(10):
        wire.exchange(None, PIECE)
    assert __import__("time").monotonic() - began >= 10 * PIECE / RATE / 50 * 0.9


def test_a_broken_model_is_named(tmp_path):
    with pytest.raises(ModelError, match=str(tmp_path)):
        Voices({"zh": tmp_path})


def test_pieces_are_whole():
    assert len(padded(np.zeros(5, np.float32), PIECE)) == PIECE


def test_short_answers_do_not_drown_in_the_filler(voices):
    """In the whole grammar of a question [unk] must not win over a word of one syllable."""
    question = Reply("", "您最近去过外地吗？", "contact", "yes_no", asked={"name": "contact"})
    texts, speakers = ("没有", "没", "有", "是的", "对", "不是", "没去"), ("cmn+f2", "cmn+m3", "cmn")
    asked = [(text, voice) for text in texts for voice in speakers]
    right = []
    for text, voice in asked:
        listening = voices.listen(question)
        listening.hear(pcm(np.pad(spoken(text, voice), 2400) + 1e-4))
        right.append(listening.finish().text == text)
    assert sum(right) >= 0.7 * len(right), [pair for pair, good in zip(asked, right, strict=True) if not good]

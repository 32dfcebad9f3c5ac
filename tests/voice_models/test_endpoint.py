"""Where speech begins and ends, and what is kept of the audio."""

import wave

import numpy as np
import pytest

from voice_models.endpoint import Watch, levels
from voice_models.tape import Tape
from voice_models.telephone import RATE, KeyTones, joined, keys, pure, tone

CHANCE = np.random.default_rng(4)


def noise(seconds, level_db):
    return (CHANCE.standard_normal(int(seconds * RATE)) * 10 ** (level_db / 20)).astype(np.float32)


def fed(watch, samples, ours=None):
    for place in range(0, len(samples), 1280):
        watch.hear(samples[place : place + 1280], None if ours is None else ours[place : place + 1280])
    return watch


def test_levels_are_in_decibels():
    assert levels(np.full(320, 0.1, np.float32)) == pytest.approx([-20, -20], abs=0.01)
    assert len(levels(np.zeros(159, np.float32))) == 0


@pytest.mark.parametrize("floor", [-60, -50, -35])
def test_speech_is_what_is_louder_than_the_noise_of_the_line(floor):
    watch = fed(Watch(), noise(2, floor))
    assert watch.began is None
    fed(watch, noise(0.48, floor + 14))
    fed(watch, noise(1.28, floor))
    assert watch.began is not None
    assert watch.began / RATE == pytest.approx(2, abs=0.15)
    assert watch.last / RATE == pytest.approx(2.48, abs=0.1)
    assert watch.silence == pytest.approx(1.28, abs=0.1)
    watch.forget()
    assert watch.began is None


def test_a_click_is_no_speech():
    watch = fed(Watch(), noise(2, -60))
    fed(watch, joined([noise(0.04, -20), noise(1.24, -60)]))
    assert watch.began is None


def test_our_own_echo_is_no_speech_and_somebody_over_it_is():
    ours = noise(3.2, -22)
    watch = fed(Watch(), noise(1.6, -65))
    fed(watch, noise(3.2, -65) + ours * 10 ** (-18 / 20), ours)
    assert watch.began is None
    fed(watch, noise(0.64, -22), ours[:5120])
    assert watch.began is not None


def test_a_tape_gives_back_what_came(tmp_path):
    tape, pieces = Tape(1280, whole=True), [noise(0.16, -20) for _ in range(300)]
    for piece in pieces:
        tape.keep(piece, None)
    whole = joined(pieces)
    assert (tape.between(1000, 5000) == whole[1000:5000]).all()
    assert len(tape.between(len(whole), len(whole) + 10)) == 0
    tape.save(tmp_path / "folder" / "call.wav")
    with wave.open(str(tmp_path / "folder" / "call.wav")) as file:
        both = np.frombuffer(file.readframes(-1), np.int16).reshape(-1, 2)
    assert not both[:, 0].any()
    assert both[:, 1] / 32768 == pytest.approx(whole, abs=1e-4)


def test_a_tape_that_is_not_kept_whole_forgets():
    tape = Tape(1280)
    for _ in range(300):
        tape.keep(np.ones(1280, np.float32), None)
    assert tape.first == 100 * 1280
    assert len(tape.between(0, 10)) == 0
    assert tape.between(tape.first, tape.first + 10).all()


def test_keys_are_heard_across_pieces():
    pressed = joined([part for key in "0#9" for part in (np.zeros(720, np.float32), tone(key, 0.1))])
    pressed = np.pad(pressed, (0, -len(pressed) % 1280))
    tones = KeyTones()
    assert "".join(tones.hear(pressed[at : at + 1280]) for at in range(0, len(pressed), 1280)) == keys(pressed) == "0#9"


def test_a_beep_is_one_tone_and_speech_is_not():
    time = np.arange(1280) / RATE
    assert pure(np.sin(2 * np.pi * 1000 * time).astype(np.float32) * 0.1)
    assert not pure(noise(0.16, -20))
    assert not pure(np.zeros(1280, np.float32))
    assert not pure(tone("5", 0.16))


def test_what_is_far_fainter_than_the_voice_is_no_more_of_the_answer():
    watch = fed(Watch(), noise(2, -60))
    fed(watch, joined([noise(0.8, -20), noise(1.6, -42)]))
    assert watch.last / RATE == pytest.approx(2.8, abs=0.1)
    assert watch.silence == pytest.approx(1.6, abs=0.1)
    watch.understood()
    watch.forget()
    fed(watch, noise(0.8, -42))
    assert watch.began is None
    fed(watch, noise(0.48, -30))
    assert watch.began is not None

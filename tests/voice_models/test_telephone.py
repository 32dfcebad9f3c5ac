"""Telephone audio: companding tables, resampling, noise, loss, keypad tones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_models import telephone

SECOND = np.arange(telephone.RATE) / telephone.RATE


@pytest.mark.parametrize(("law", "code", "value"), [
    ("mulaw", 0xFF, 0), ("mulaw", 0x7F, 0), ("mulaw", 0x00, -32124), ("mulaw", 0x80, 32124), ("mulaw", 0xF0, 120),
    ("alaw", 0xD5, 8), ("alaw", 0x55, -8), ("alaw", 0xAA, 32256), ("alaw", 0x2A, -32256),
])  # fmt: skip
def test_values_of_g711(law, code, value):
    assert telephone.VALUES[law][code] == value


@pytest.mark.parametrize("law", ["mulaw", "alaw"])
def test_every_code_comes_back_from_its_own_value(law):
    values = telephone.VALUES[law].astype(np.float32) / 32768
    again = telephone.VALUES[law][telephone.encode(values, law)]
    assert (again == telephone.VALUES[law]).all()


@pytest.mark.parametrize("law", ["mulaw", "alaw"])
def test_companding_keeps_the_error_far_below_the_signal(law):
    sine = (0.5 * np.sin(2 * np.pi * 440 * SECOND)).astype(np.float32)
    error = telephone.decode(telephone.encode(sine, law), law) - sine
    assert 10 * np.log10((sine**2).mean() / (error**2).mean()) > 35


@pytest.mark.parametrize("rate", [11025, 16000, 22050, 48000])
def test_no_alias_remains_after_resampling(rate):
    time = np.arange(rate) / rate
    heard = telephone.narrow(np.sin(2 * np.pi * 5000 * time).astype(np.float32), rate)
    assert len(heard) == pytest.approx(telephone.RATE, abs=2)
    assert np.abs(heard[200:-200]).max() < 0.01


def test_stereo_becomes_one_channel():
    both = np.stack([np.ones(1600), -np.ones(1600)], 1).astype(np.float32)
    assert np.abs(telephone.narrow(both, 16000)).max() < 1e-6


def test_the_band_takes_out_what_is_below_and_above():
    low, middle, high = (np.sin(2 * np.pi * hertz * SECOND).astype(np.float32) for hertz in (60, 1000, 3900))
    assert np.abs(telephone.banded(low)[200:-200]).max() < 0.1
    assert np.abs(telephone.banded(middle)[200:-200]).max() == pytest.approx(1, abs=0.02)
    assert np.abs(telephone.banded(high)[200:-200]).max() < 0.1


@pytest.mark.parametrize("ratio", [0, 10, 30])
def test_noise_has_the_asked_level(ratio):
    sine = np.sin(2 * np.pi * 440 * SECOND).astype(np.float32)
    noise = telephone.noisy(sine, ratio, np.random.default_rng(1)) - sine
    assert 10 * np.log10((sine**2).mean() / (noise**2).mean()) == pytest.approx(ratio, abs=0.3)


def test_lost_packets_are_silence_and_as_many_as_asked():
    coded = np.full(160 * 5000, 0x20, np.uint8)
    heard = telephone.lossy(coded, 0.05, np.random.default_rng(1)).reshape(-1, 160)
    lost = (heard == 0xFF).all(1)
    assert lost.mean() == pytest.approx(0.05, abs=0.015)
    assert ((heard == 0x20).all(1) | lost).all()


@pytest.mark.parametrize("key", telephone.KEYS)
def test_each_key_is_heard(key):
    pressed = np.concatenate([np.zeros(800), telephone.tone(key), np.zeros(800)]).astype(np.float32)
    assert telephone.keys(telephone.line(pressed, 8000, np.random.default_rng(1), ratio_db=15)) == key


@given(st.text(telephone.KEYS, min_size=1, max_size=6))
def test_keys_in_a_row_are_heard_in_order(row):
    gap = np.zeros(560, np.float32)
    pressed = np.concatenate([part for key in row for part in (gap, telephone.tone(key))] + [gap])
    assert telephone.keys(pressed) == row


def test_noise_and_silence_press_no_key():
    chance = np.random.default_rng(2)
    assert telephone.keys(np.zeros(16000, np.float32)) == ""
    assert telephone.keys((chance.standard_normal(80000) * 0.1).astype(np.float32)) == ""


def test_no_such_key():
    with pytest.raises(ValueError, match="no key 'E'"):
        telephone.tone("E")


def test_clipping_and_nothing_at_all_do_no_harm():
    loud = (10 * np.sin(2 * np.pi * 300 * SECOND)).astype(np.float32)
    assert np.abs(telephone.decode(telephone.encode(loud))).max() <= 1
    assert len(telephone.line(np.zeros(0, np.float32), 8000, np.random.default_rng(1))) == 0

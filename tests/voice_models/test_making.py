"""The parts of the making of models that need neither torch nor recordings."""

import struct
from pathlib import Path

import numpy as np
import pytest

from voice_models.making import features
from voice_models.making.augment import Calls, Hardness
from voice_models.making.corpus import RATE, Corpus, Spoken, keep
from voice_models.making.mix import mixed
from voice_models.making.shaping import louder, stretched, trimmed

SECOND = np.arange(RATE) / RATE
TONE = np.sin(2 * np.pi * 200 * SECOND).astype(np.float32)


def crossings(samples):
    return int((np.diff(np.signbit(samples)) != 0).sum()) / (len(samples) / RATE)


@pytest.mark.parametrize("tempo", [0.6, 0.8, 1.3, 2.0])
def test_tempo_changes_the_length_and_not_the_pitch(tempo):
    changed = stretched(TONE, tempo)
    assert len(changed) == pytest.approx(RATE / tempo, rel=0.03)
    assert crossings(changed[800:-800]) == pytest.approx(crossings(TONE), rel=0.05)


def test_silence_at_both_ends_is_cut():
    padded = np.pad(TONE * 0.5, (8000, 12000))
    assert len(trimmed(padded)) == pytest.approx(RATE + 2 * 0.03 * RATE, abs=400)


def test_loudness_is_evened():
    assert np.sqrt((louder(TONE * 0.01) ** 2).mean()) == pytest.approx(0.1, rel=0.1)


def test_a_corpus_reads_what_was_kept(tmp_path):
    spoken = Spoken(("三十七度五",), ("s", "an1"), "somebody", "test", "train", "temperature", "375")
    assert keep(tmp_path / "one", [(spoken, TONE), (spoken, TONE[:1600])]) == 2
    corpus = Corpus(tmp_path / "one")
    assert [entry.spoken for entry in corpus.entries] == [spoken, spoken]
    assert corpus.samples(corpus.entries[1]) == pytest.approx(TONE[:1600] * 0.9 / np.abs(TONE[:1600]).max(), abs=1e-3)


def test_features_are_one_row_each_ten_milliseconds():
    samples = (TONE[::2] * 8000).astype(np.float32)
    assert features.mfcc(samples).shape == (98, 40)
    assert features.mfcc(samples[:199]).shape == (0, 40)


def test_features_do_not_feel_a_constant_offset():
    samples = (TONE[::2] * 8000 + np.random.default_rng(1).standard_normal(8000) * 50).astype(np.float32)
    assert features.mfcc(samples + 500) == pytest.approx(features.mfcc(samples), abs=0.5)


def test_a_warp_moves_the_formants():
    samples = (np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000) * 8000).astype(np.float32)
    plain, higher = (int(features.log_mel(samples, warp).mean(0).argmax()) for warp in (1.0, 1.16))
    assert higher > plain


def test_a_seed_makes_the_same_call_again_and_another_makes_another():
    def call(seed):
        hard = Hardness(room=1, talkers=1, loss=1, clipped=1, cut=1, coloured=1)
        return Calls(np.random.default_rng(seed), hard).features(TONE, "x", lambda: [TONE])

    assert (call(1) == call(1)).all()
    assert call(1).shape != call(2).shape or not np.allclose(call(1), call(2))
    assert np.isfinite(call(3)).all()


def test_a_coloured_line_changes_the_channels_evenly_over_time():
    logs = np.tile(np.linspace(3, 9, features.MELS, dtype=np.float32), (50, 1))
    coloured = Calls(np.random.default_rng(4), Hardness(coloured=1))._coloured(logs)
    assert np.abs(coloured - logs).max() > 0.1
    assert coloured.std(0).max() < 1e-4


def test_little_of_a_recording_is_cut_and_nothing_of_a_short_one():
    calls = Calls(np.random.default_rng(4), Hardness(cut=1))
    assert all(0.9 * 8000 < len(calls._cut(TONE[:8000])) <= 8000 for _ in range(50))
    assert len(calls._cut(TONE[:1500])) == 1500


def layer(weights, biases):
    rows = np.asarray(weights, "<f4")
    head = b"<LinearParams> FM \x04" + struct.pack("<i", rows.shape[0]) + b"\x04" + struct.pack("<i", rows.shape[1])
    tail = b"<BiasParams> FV \x04" + struct.pack("<i", len(biases)) + np.asarray(biases, "<f4").tobytes()
    return b"before " + head + rows.tobytes() + tail + b"</after>"


def test_a_mixture_lies_between_two_models():
    older, newer = layer([[0, 0, 2], [4, 4, 4]], [1, 3]), layer([[4, 8, 2], [0, 0, 0]], [5, 3])
    assert mixed(older, newer, 0.25) == layer([[1, 2, 2], [3, 3, 3]], [2, 3])
    assert mixed(older, newer, 1) == newer


def test_models_of_different_shapes_are_not_mixed():
    with pytest.raises(ValueError, match="different shapes"):
        mixed(layer([[1, 2]], [1]), layer([[1, 2, 3]], [1]), 0.5)


def test_a_shipped_model_mixed_with_itself_stays_as_it_is():
    model = (Path(__file__).parents[2] / "voice_models" / "en-phone" / "am" / "final.mdl").read_bytes()
    assert mixed(model, model, 0.5) == model

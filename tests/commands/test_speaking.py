"""The commands of spoken calls, as typed."""

import wave

import numpy as np
import pytest

pytest.importorskip("vosk", reason="the ear needs vosk")
pytest.importorskip("espeakng_loader", reason="the mouth needs espeakng-loader")

from tests import programs
from voice_models.espeak import Manner, espeak


def run(folder, *words, **settings):
    return programs.run(folder, "--lang", "en", *words, **settings)


def test_a_call_to_wav_files_is_understood_and_kept(tmp_path):
    (tmp_path / "answers").mkdir()
    for number, text in enumerate(("是我", "三十六度八", "没有", "没有", "不用了")):
        samples = espeak().render(text, Manner("cmn+f2", 160))
        with wave.open(str(tmp_path / "answers" / f"{number}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(espeak().sample_rate)
            file.writeframes(samples.tobytes())
    done = run(tmp_path, "call", "--wav", "answers", "--talk-lang", "zh-Hans", "--record", "kept/one.wav")
    assert done.returncode == 0, done.stderr
    assert "> 三十六度八" in done.stdout
    assert "complete" in done.stdout
    assert "三十六度八" in (tmp_path / "kept" / "one.txt").read_text("utf-8")
    with wave.open(str(tmp_path / "kept" / "one.wav")) as file:
        assert np.frombuffer(file.readframes(-1), np.int16).any()


@pytest.mark.parametrize("content", [b"", b"RIFF\x00\x00", b"no audio at all"])
def test_files_that_are_no_audio_are_named(tmp_path, content):
    (tmp_path / "1.wav").write_bytes(content)
    done = run(tmp_path, "call", "--wav", ".")
    assert done.returncode == 2
    assert "1.wav" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_answers_or_a_microphone_it_says_so(tmp_path):
    assert "holds no WAV file" in run(tmp_path, "call", "--wav", ".").stderr
    done = run(tmp_path, "call", "--microphone")
    assert done.returncode == 2
    assert "sounddevice" in done.stderr or "sound card" in done.stderr


def test_a_missing_model_is_named_and_chat_still_works(tmp_path):
    done = run(tmp_path, "models", "check", WENAN_VOICE_ZH=str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "no model directory" in done.stderr
    done = run(tmp_path, "simulate", "--residents", "5", "--voice", WENAN_VOICE_ZH=str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "text and chat work as before" in done.stderr
    done = run(tmp_path, "chat", "--talk-lang", "en", typed="yes\n", WENAN_VOICE_ZH=str(tmp_path / "nowhere"))
    assert done.returncode == 0, done.stderr


def test_models_are_listed_and_tried(tmp_path):
    assert run(tmp_path, "models", "list").stdout.count("sound") == 2
    assert run(tmp_path, "models", "check", "--language", "en").returncode == 0

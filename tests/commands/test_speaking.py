"""The commands of spoken calls, as typed."""

import wave

import numpy as np
import pytest

pytest.importorskip("vosk", reason="the ear needs vosk")
pytest.importorskip("espeakng_loader", reason="the mouth needs espeakng-loader")

from tests import programs
from voice_models.espeak import Manner, espeak


def run(folder, *words, lang="en", **settings):
    return programs.run(folder, "--lang", lang, *words, **settings)


def save(path, samples, rate):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


def test_a_call_to_wav_files_is_understood_and_kept(tmp_path):
    (tmp_path / "answers").mkdir()
    for number, text in enumerate(("是我", "三十六度八", "没有", "没有", "不用了")):
        save(tmp_path / "answers" / f"{number}.wav", espeak().render(text, Manner("cmn+f2", 160)), espeak().sample_rate)
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


def test_files_without_a_sound_and_cut_short_are_silence_and_what_is_there(tmp_path):
    said = espeak().render("是我", Manner("cmn+f2", 160))
    save(tmp_path / "1.wav", said, espeak().sample_rate)
    save(tmp_path / "2.wav", np.zeros(0, np.int16), 16000)
    save(tmp_path / "3.wav", np.zeros(8000, np.int16), 16000)
    (tmp_path / "4.wav").write_bytes((tmp_path / "1.wav").read_bytes()[:3001])
    done = run(tmp_path, "call", "--wav", ".", "--talk-lang", "zh-Hans")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("> (silence)") >= 2
    assert "Traceback" not in done.stderr


def test_where_no_recording_can_be_kept_nobody_is_called(tmp_path):
    save(tmp_path / "1.wav", np.zeros(8000, np.int16), 8000)
    (tmp_path / "file").write_text("")
    done = run(tmp_path, "call", "--wav", ".", "--record", "file/one.wav")
    assert done.returncode == 2
    assert "file/one.wav" in done.stderr
    assert "<" not in done.stdout


def test_a_model_in_trouble_is_told_in_chinese_too(tmp_path):
    done = run(tmp_path, "models", "check", "--model", "nowhere", lang="zh-Hans")
    assert "nowhere：没有这个模型目录" in done.stderr
    done = run(tmp_path, "simulate", "--residents", "5", "--voice", lang="zh-Hans", WENAN_VOICE_ZH="nowhere")
    assert "没有这个模型目录" in done.stderr
    assert "文字和聊天照常可用" in done.stderr


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

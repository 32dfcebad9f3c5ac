"""Prompts through real pyttsx3 and eSpeak NG."""

import threading
import wave

import numpy as np
import pytest

pytest.importorskip("pyttsx3", reason="the mouth needs pyttsx3")
pytest.importorskip("espeakng_loader", reason="the mouth needs espeakng-loader")

from voice_models import telephone
from voice_models.espeak import EspeakError, Manner, espeak
from voice_models.synthesiser import Mouth, SynthesisError, prompt_name, read_wav, synthesise

SENTENCES = {"zh": "您好，请问您今天体温多少？", "en": "Hello, what is your temperature today?"}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_takes_as_long_as_people_take(language):
    spoken = Mouth(language).speak(SENTENCES[language])
    assert 1.5 < len(spoken) / telephone.RATE < 4.5
    assert telephone.speech_level(telephone.decode(spoken)) == pytest.approx(0.08, rel=0.3)


def test_the_cache_is_read_and_keyed_by_wording_and_voice(tmp_path):
    mouth = Mouth("en", cache=tmp_path)
    first = mouth.speak("Hello.")
    assert [path.name for path in tmp_path.iterdir()] == [f"{mouth.key('Hello.')}.ulaw"]
    (tmp_path / f"{mouth.key('Hello.')}.ulaw").write_bytes(b"\xff" * 80)
    assert len(Mouth("en", cache=tmp_path).speak("Hello.")) == 80 != len(first)
    other = Mouth("en", Manner("en-us+f3", 140), cache=tmp_path)
    assert len({mouth.key("Hello."), mouth.key("Hallo."), other.key("Hello.")}) == 3


def test_a_recording_replaces_the_synthetic_prompt(tmp_path):
    with wave.open(str(tmp_path / f"{prompt_name('Hello.')}.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(np.repeat(np.arange(16000) % 100 * 50, 2).astype(np.int16).tobytes())
    assert len(Mouth("en", recorded=tmp_path).speak("Hello.")) == pytest.approx(8000, abs=2)


def test_an_unknown_voice_is_named_and_the_next_sentence_works():
    with pytest.raises(SynthesisError, match="nobody"):
        Mouth("en", Manner("nobody")).speak("Hello.")
    assert len(Mouth("en").speak("Hello.")) > 2000
    with pytest.raises(SynthesisError, match="'fr'"):
        Mouth("fr")


def test_threads_do_not_mix_their_texts():
    wanted = {count: len(synthesise("one " * count, Manner("en-us"))[0]) for count in (1, 4, 8)}
    heard = []

    def speak(count):
        heard.append((count, len(synthesise("one " * count, Manner("en-us"))[0])))

    threads = [threading.Thread(target=speak, args=(count,)) for count in (1, 4, 8) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard) == 12
    assert all(length == pytest.approx(wanted[count], rel=0.05) for count, length in heard)


def test_settings_hold_for_the_very_next_sentence():
    slow, fast = (len(synthesise("my temperature is normal", Manner("en-us", rate))[0]) for rate in (100, 240))
    assert slow > 1.8 * fast


@pytest.mark.parametrize(
    "variant", ["f1", "f3", "m3", "m7", "Annie", "linda", "steph", "Michael", "Mario", "quincy", "croak"]
)
@pytest.mark.parametrize("base", ["cmn", "en-us"])
def test_voices_of_residents_exist(base, variant):
    espeak().check(f"{base}+{variant}")


def test_a_voice_that_does_not_exist_is_refused():
    with pytest.raises(EspeakError, match="nobody"):
        espeak().check("en-us+nobody-at-all")


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\x00\x00\x00\x00WAVEfmt "])
def test_a_broken_wav_is_named(tmp_path, content):
    (tmp_path / "broken.wav").write_bytes(content)
    with pytest.raises(SynthesisError, match=r"broken\.wav"):
        read_wav(tmp_path / "broken.wav")


def test_a_wav_cut_short_gives_what_is_there(tmp_path):
    path = tmp_path / "short.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16000))
    path.write_bytes(path.read_bytes()[:-1001])
    assert len(read_wav(path)[0]) == 7499

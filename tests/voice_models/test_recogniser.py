"""Real audio through real Vosk with the shipped models."""

import json
import resource
import threading
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("vosk", reason="the ear needs vosk")
pytest.importorskip("espeakng_loader", reason="the voices of these tests need espeakng-loader")

from voice_models import phrases, telephone
from voice_models.espeak import Manner, espeak
from voice_models.reading import readable
from voice_models.recogniser import IDLE_GRAMMARS, UNKNOWN, Calibration, Ear, Evidence, ModelError, apart, check, ear

MODELS = Path(__file__).parents[2] / "voice_models"
SAID = {
    "zh": {
        "temperature": ["三十七度五", "三十六度八", "三十八点二", "三十九度", "三十六点六"],
        "yes_no": ["是的", "没有", "不是", "对"],
        "symptoms": ["没有咳嗽", "有点发烧", "拉肚子", "喉咙痛"],
    },
    "en": {
        "temperature": [
            "thirty seven point five",
            "thirty six point eight",
            "ninety nine point four",
            "thirty nine degrees",
        ],
        "yes_no": ["yes", "no", "yes i do", "not at all"],
        "symptoms": ["i have a cough", "no fever", "a headache", "sore throat"],
    },
}
VOICES = {"zh": ["cmn", "cmn+f2", "cmn+m3"], "en": ["en-us", "en-us+f2", "en-gb-x-rp+m3"]}


@pytest.fixture(params=["zh", "en"])
def language(request):
    return request.param


def model(language):
    return ear(MODELS / f"{language}-phone")


def said(text, voice, ratio_db=20, rate=telephone.RATE):
    speech = (
        espeak().render(readable(text, voice[:2].replace("cm", "zh")), Manner(voice, 150)).astype(np.float32) / 32768
    )
    padded = np.pad(speech * 0.5, (5000, 6000))
    heard = telephone.line(padded, espeak().sample_rate, np.random.default_rng(len(text)), ratio_db)
    return telephone.pcm(heard)


@pytest.mark.parametrize("kind", ["temperature", "yes_no", "symptoms"])
def test_answers_are_heard(language, kind):
    listener = model(language)
    grammar = listener.grammar(phrases.expected(language, kind))
    trials = [
        (text, listener.recognise(said(text, voice), grammar))
        for text in SAID[language][kind]
        for voice in VOICES[language]
    ]
    right = [text for text, heard in trials if heard.text == text]
    assert len(right) >= 0.7 * len(trials), [(text, heard.text, heard.words) for text, heard in trials]


def test_unrelated_speech_is_mostly_not_taken(language):
    listener = model(language)
    grammar = listener.grammar(phrases.expected(language, "temperature"))
    strange = {
        "zh": ["我们明年去北京旅游吧", "苹果香蕉西瓜", "火车站旁边有图书馆"],
        "en": ["the orchestra played beautifully", "purple elephants dance", "buy potatoes and carrots"],
    }
    heard = [
        listener.recognise(said(text, voice), grammar).text for text in strange[language] for voice in VOICES[language]
    ]
    assert sum(map(bool, heard)) <= 2, heard


@pytest.mark.parametrize("sound", ["silence", "noise", "music", "clipped", "short", "nothing"])
def test_sounds_that_are_no_speech_are_no_answer(language, sound):
    time = np.arange(3 * telephone.RATE) / telephone.RATE
    chance = np.random.default_rng(1)
    chord = sum(np.sin(2 * np.pi * hertz * time) for hertz in (262, 330, 392, 523)) / 5
    sounds = {
        "silence": np.zeros(24000),
        "noise": chance.standard_normal(24000) * 0.05,
        "music": chord * (1 + np.sin(2 * np.pi * 2 * time)) / 2,
        "clipped": np.sign(chance.standard_normal(24000)),
        "short": np.zeros(10),
        "nothing": np.zeros(0),
    }
    listener = model(language)
    grammar = listener.grammar(phrases.expected(language, "temperature"))
    assert listener.recognise(telephone.pcm(sounds[sound].astype(np.float32)), grammar).text == ""


def test_short_answers_that_are_not_taken_get_a_second_hearing(language):
    strict = Ear(MODELS / f"{language}-phone")
    strict.calibration = replace(strict.calibration, threshold={"zh": 0.98, "en": 0.92}[language])
    right = wrong = 0
    for kind, texts in SAID[language].items():
        grammar = strict.grammar(phrases.expected(language, kind))
        for text, voice, ratio_db in product(texts, VOICES[language], (3, 9)):
            samples = said(text, voice, ratio_db)
            first, second = strict.recognise(samples, grammar, again=False), strict.recognise(samples, grammar)
            assert second == first or not first.accepted
            if second.accepted and not first.accepted:
                right, wrong = right + (second.text == text), wrong + (second.text != text)
    assert right > wrong, (right, wrong)


def test_long_speech_has_one_hearing():
    strict = Ear(MODELS / "zh-phone")
    strict.calibration = replace(strict.calibration, threshold=1.0)
    grammar = strict.grammar(phrases.expected("zh", "temperature"))
    samples = np.concatenate([said("三十七度五", "cmn")] * 3)
    assert len(samples) > 3 * telephone.RATE
    assert strict.recognise(samples, grammar) == strict.recognise(samples, grammar, again=False)


def test_audio_in_pieces_is_heard_like_audio_at_once():
    listener, samples = model("zh"), said("三十七度五", "cmn")
    grammar = listener.grammar(phrases.expected("zh", "temperature"))
    listening = listener.listen(grammar)
    for start in range(0, len(samples), 160):
        listening.hear(samples[start : start + 160])
    listening.partial()
    assert listening.finish().text == listener.recognise(samples, grammar).text == "三十七度五"


def test_a_grammar_keeps_out_what_is_not_in_it():
    listener = model("en")
    heard = listener.recognise(said("thirty seven point five", "en-us"), listener.grammar(["yes", "no"]))
    assert {word.text for word in heard.words} <= {"yes", "no", UNKNOWN}


def test_phrases_are_cut_into_the_longest_units():
    assert model("zh").units("没有咳嗽，有点发烧") == ["没有", "咳嗽", "有点发烧"]
    assert model("zh").units("我体温三十七度五") == ["我体温", "三十七度五"]
    assert model("en").units("I have a cough!") == ["i have", "a cough"]
    assert model("en").lacks(["yes", "xylophone music"]) == ["xylophone music"]


def test_every_phrase_of_every_question_can_be_heard(language):
    for kind in phrases.KINDS:
        assert model(language).lacks(phrases.expected(language, kind)) == []


def test_confidence_grows_with_the_share_of_a_reading():
    sure, unsure = (Calibration().chance(Evidence(share, 10, 3)) for share in (0.9, 0.4))
    assert sure > unsure
    assert Calibration().chance(Evidence(1.0, 10, 0, 1)) == 0


def test_threads_hear_the_same_as_one_alone():
    listener = model("zh")
    grammar = listener.grammar(phrases.expected("zh", "yes_no"))
    calls = {text: said(text, "cmn") for text in ("是的", "没有", "不是", "对")}
    alone = {text: listener.recognise(samples, grammar).text for text, samples in calls.items()}
    together = {}

    def hear(text):
        together[text] = listener.recognise(calls[text], grammar).text

    threads = [threading.Thread(target=hear, args=(text,)) for text in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


@pytest.mark.parametrize(
    ("units", "told"),
    [
        (["不烧", "三十六点九"], ["不烧,", "三十六点九"]),
        (["对", "三十七度整"], ["对,", "三十七度整"]),
        (["三十七度", "三十八度"], ["三十七度,", "三十八度"]),
        (["不是", "三十七度五"], ["不是", "三十七度五"]),
        (["三十五度六", "不是", "三十六度二"], ["三十五度六", "不是", "三十六度二"]),
        (["不烧", "三六七"], ["不烧,", "三六七"]),
        (["对", "什么事"], ["对,", "什么事"]),
        (["是", "你说"], ["是,", "你说"]),
        (["没有", "咳嗽"], ["没有", "咳嗽"]),
        (["体温", "三十七度五"], ["体温", "三十七度五"]),
        (["yes", "thirty seven point two"], ["yes,", "thirty seven point two"]),
    ],
)
def test_what_says_something_by_itself_stands_apart_from_a_reading(units, told):
    assert apart(units) == told


def test_several_readings_are_doubted():
    def result(*units):
        words = [{"word": unit, "conf": 1.0} for unit in units]
        return [json.dumps({"alternatives": [{"confidence": -20.0, "text": " ".join(units), "result": words}]})]

    listener = model("zh")
    grammar = listener.grammar(phrases.expected("zh", "temperature"))
    one = listener.recognised(result("三十六度五"), grammar)
    two = listener.recognised(result("三十六度五", "三十七度五"), grammar)
    assert two.text == "三十六度五,三十七度五"
    assert two.confidence <= 0.5 < one.confidence


def test_the_same_samples_are_heard_the_same():
    listener, samples = model("zh"), said("三十七度五", "cmn+f3")
    grammar = listener.grammar(phrases.expected("zh", "temperature"))
    heard = [listener.recognise(samples, grammar) for _ in range(3)]
    assert len({(one.text, one.confidence, one.evidence) for one in heard}) == 1


def test_two_hundred_recognisers_leave_no_memory_behind():
    listener, samples = model("en"), said("yes", "en-us")

    def hear(numbers):
        for number in numbers:
            words = ["yes", "no", "what"] if number % 2 else ["yes", phrases.number("en", number)]
            listener.recognise(samples, listener.grammar(words))

    hear(range(200, 200 + 4 * IDLE_GRAMMARS))  # as many are kept ready, which is no growth
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    hear(range(200))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 5, f"{grown:.1f} MB more"


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(ModelError, match="no model directory"):
        Ear(tmp_path / "nowhere")


@pytest.mark.parametrize("harm", ["am/final.mdl", "graph/HCLr.fst", "graph/words.txt", "conf/model.conf"])
def test_a_broken_model_is_named_before_vosk_sees_it(tmp_path, harm):
    for source in (MODELS / "zh-phone").rglob("*"):
        if source.is_file():
            copy = tmp_path / source.relative_to(MODELS / "zh-phone")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
    check(tmp_path)
    (tmp_path / harm).write_bytes((tmp_path / harm).read_bytes()[:-7])
    with pytest.raises(ModelError, match=harm):
        Ear(tmp_path)


def test_the_shipped_models_are_small(language):
    size = sum(path.stat().st_size for path in (MODELS / f"{language}-phone").rglob("*") if path.is_file())
    assert size <= 8 * 1024 * 1024

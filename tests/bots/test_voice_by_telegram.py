"""Voice messages: fetched from the server, decoded, and understood with the grammar of the open question."""

import pytest

pytest.importorskip("soundfile", reason="voice messages need soundfile")
pytest.importorskip("espeakng_loader", reason="the voices of these tests need espeakng-loader")

import numpy as np

from bots.telegram.office.wordings import NOTES
from bots.telegram.office.wordings import said as office_said
from commands.channels import voices
from records.tables import Record, Turn
from tests.bots.chats import WANG
from tests.voice_models.test_message import opus
from tests.voice_models.test_recogniser import said
from voice_models.telephone import RATE


def speaks(town, person, heard, duration=3, **more):
    """The person sends a voice message with these samples, or bytes."""
    content = heard if isinstance(heard, bytes) else opus(heard)
    name = f"v{len(town.api.files)}"
    if content:
        town.api.files[name] = content
    voice = {"file_id": name, "file_unique_id": name, "duration": duration, "file_size": len(content), **more}
    person.does(voice=voice)


def hears(town):
    return [e for turn in town.rows(Turn) for e in turn.events if e["event"] == "heard"]


def test_voice_message_answers_the_open_question(town):
    town.launch()
    town.start(voices=voices)
    town.link(town.wang)
    for count, words in ((3, "三十六度五"), (4, "没有"), (5, "没有"), (6, "不用")):
        speaks(town, town.wang, said(words, "cmn"))
        town.wang.gets(count)
    town.settled()
    (record,) = town.rows(Record, Record.resident_id == WANG)
    assert (record.temperature_c, record.disposition) == (36.5, "complete")
    assert {(e["how"], e["words"]) for e in hears(town)} >= {("voice", "三十六度五")}


def test_voice_message_begins_the_talk_and_is_its_first_answer(town):
    town.launch()
    town.start(voices=voices)
    town.link(town.ann)
    town.talk(town.ann, ["/stop"])
    speaks(town, town.ann, said("thirty six point eight", "en-us"))
    town.ann.gets(5)
    assert town.ann.texts[-2].startswith("Hello Ann Smith")
    assert "symptoms" in town.ann.texts[-1]


def test_what_is_not_understood_is_asked_again_kindly(town):
    town.launch()
    town.start(voices=voices)
    town.link(town.wang)
    noise = np.random.default_rng(1).normal(0, 3000, 2 * RATE).astype(np.int16)
    for heard, word in (
        (noise, "没听清您的语音"),
        (b"this is no sound", "没有收到"),
        (b"", "没有收到"),
    ):
        count = len(town.wang.received)
        speaks(town, town.wang, heard)
        town.wang.gets(count + 2)
        assert word in town.wang.texts[-2]
        assert "体温" in town.wang.texts[-1]
    count = len(town.wang.received)
    speaks(town, town.wang, noise, duration=600)
    town.wang.gets(count + 2)
    assert "太长了" in town.wang.texts[-2]
    assert [e["words"] for e in hears(town)] == ["[unk]"]


def test_without_a_model_it_says_that_it_reads_text_only(town):
    def missing():
        raise OSError("no model directory")

    town.launch()
    town.start(voices=missing)
    town.link(town.wang)
    speaks(town, town.wang, said("三十六度五", "cmn"))
    town.wang.gets(4)
    assert "听不了语音" in town.wang.texts[-2]
    town.stop()
    town.start()
    speaks(town, town.wang, said("三十六度五", "cmn"))
    town.wang.gets(6)
    assert "听不了语音" in town.wang.texts[-2]
    town.talk(town.wang, ["36度5"])
    assert "不舒服" in town.wang.texts[-1]


def test_voice_of_a_stranger_and_after_the_report_is_not_listened_to(town):
    town.launch()
    town.start(voices=voices)
    speaks(town, town.stranger, said("三十六度五", "cmn"))
    assert town.stranger.gets(1).startswith("Hello!")
    town.link(town.wang)
    town.talk(town.wang, ["36度5", "没有", "没有", "不用"])
    speaks(town, town.wang, said("三十六度五", "cmn"))
    town.wang.gets(7)
    assert "已经收到" in town.wang.texts[-1]
    assert town.api.sent("getFile") == []


SPOKEN = [("zh-Hans", "cmn", "没人在家"), ("en", "en-us", "nobody at home")]


def test_shipped_models_know_the_words_of_a_note():
    assert {language: voices().ears[language].lacks(NOTES[language]) for language in NOTES} == {"zh": [], "en": []}


@pytest.mark.parametrize(("language", "voice", "words"), SPOKEN)
def test_note_of_a_worker_is_spoken_and_kept_as_text(town, monkeypatch, language, voice, words):
    from tests.bots.test_workers_by_telegram import begin, employ, find_follow_up_row, task

    begin(town)
    town.start(voices=voices)
    boss = town.api.person(9_000_000_011, name="张姐")
    employ(town, boss, "worker", language=language)
    number = task(town)
    boss.gets(3)
    town.talk(boss, [f"[{office_said('note_button', language)}]"])
    noise = np.random.default_rng(1).normal(0, 3000, 2 * RATE).astype(np.int16)
    speaks(town, boss, noise)
    assert boss.gets(5) == office_said("write_it", language)
    speaks(town, boss, said(words, voice))
    assert boss.gets(6) == office_said("note_kept", language, number=number, words=words)
    assert find_follow_up_row(town, number).note == words


def test_where_nothing_hears_a_worker_is_asked_to_write(town, monkeypatch):
    from tests.bots.test_workers_by_telegram import begin, employ, find_follow_up_row, task

    begin(town)
    town.start()
    boss = town.api.person(9_000_000_011, name="张姐")
    employ(town, boss, "worker")
    number = task(town)
    boss.gets(3)
    town.talk(boss, [f"[{office_said('note_button', 'zh')}]"])
    speaks(town, boss, said("没人在家", "cmn"))
    assert boss.gets(5) == office_said("write_it", "zh")
    town.talk(boss, ["没人在家"])
    assert find_follow_up_row(town, number).note == "没人在家"

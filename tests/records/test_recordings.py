"""Recordings of calls: found from a conversation, handed out to who was called, gone with the words of the talk."""

from datetime import timedelta

import pytest

from records.attempts import end_attempt
from records.dialling import Ending, end_attempts
from records.erasure import erase
from records.export import everything_about
from records.recordings import RecordingError, name_of, recording_of
from records.retention import Keep, purge
from records.rounds import finish_round
from records.tables import Attempt
from tests.records.town import BABY, LI, WANG

pytestmark = pytest.mark.usefixtures("free_keys")
DAY = timedelta(days=1)
KEEP = Keep(words=90 * DAY, records=700 * DAY)


def recorded(town, out, *residents):
    """A call that is over and was recorded: its conversation, and its files."""
    talk = town.call(*residents)
    name = name_of("每日健康", talk.attempt_id)
    sound = out / name
    sound.parent.mkdir(parents=True, exist_ok=True)
    sound.write_bytes(b"RIFF")
    sound.with_suffix(".txt").write_text("> 三十八度", encoding="utf-8")
    with town.store.transaction() as tx:
        end_attempt(tx, talk.attempt_id, outcome="answered_human", ended_at=town.now, recording=name)
    return talk, (sound, sound.with_suffix(".txt"))


def found(town, talk, out):
    with town.store.reading() as tx:
        return recording_of(tx, talk.id, out)


def test_the_recording_of_a_conversation_is_found(town, tmp_path):
    talk, files = recorded(town, tmp_path, WANG)
    other = town.call(LI)
    assert found(town, talk, tmp_path) == files[0]
    assert found(town, other, tmp_path) is None
    files[0].unlink()
    assert found(town, talk, tmp_path) is None, "somebody deleted it by hand"


def test_calls_that_end_together_name_their_recordings(town, now, tmp_path):
    talks = [town.call(WANG), town.call(LI)]
    endings = [
        Ending(talks[0].attempt_id, (WANG,), "answered_human", now, {"recording": "a/recordings/1.wav"}),
        Ending(talks[1].attempt_id, (LI,), "no_answer", now, {}),
    ]
    with town.store.transaction() as tx:
        end_attempts(tx, 1, 0, endings)
    assert [attempt.recording for attempt in sorted(town.rows(Attempt))] == ["a/recordings/1.wav", ""]


def test_whoever_is_erased_leaves_no_voice(town, now, tmp_path):
    (talk, own), (_, of_family), (_, of_others) = (
        recorded(town, tmp_path, *people) for people in ((BABY,), (WANG, BABY), (WANG,))
    )
    with town.store.transaction() as tx:
        finish_round(tx, 1, 0, now)
    with pytest.raises(RecordingError, match="2 calls were recorded"):
        erase(town.store, BABY, now)
    assert own[0].is_file()
    assert erase(town.store, BABY, now, tmp_path).recordings == 2
    assert [file.exists() for file in (*own, *of_family, *of_others)] == [False] * 4 + [True] * 2
    assert sorted(attempt.recording != "" for attempt in town.rows(Attempt)) == [False, False, True]
    assert found(town, talk, tmp_path) is None


def test_recordings_go_with_the_words(town, now, tmp_path):
    _, files = recorded(town, tmp_path, WANG)
    assert purge(town.store, KEEP, now + 89 * DAY, tmp_path).counts["recording"] == 0
    assert files[0].is_file()
    with pytest.raises(RecordingError):
        purge(town.store, KEEP, now + 91 * DAY)
    assert purge(town.store, KEEP, now + 91 * DAY, tmp_path).counts["recording"] == 1
    assert not any(file.exists() for file in files)
    assert purge(town.store, KEEP, now + 91 * DAY, tmp_path).counts["recording"] == 0


def test_recordings_of_an_old_round_go_with_it(town, now, tmp_path):
    _, files = recorded(town, tmp_path, WANG)
    with town.store.transaction() as tx:
        finish_round(tx, 1, 0, now)
    purge(town.store, Keep(words=700 * DAY, records=700 * DAY), now + 702 * DAY, tmp_path)
    assert not any(file.exists() for file in files)


def test_who_was_called_gets_the_recording_and_the_family_does_not(town, now, tmp_path):
    talk, _ = recorded(town, tmp_path, WANG, LI)
    with town.store.reading() as tx:
        named = [everything_about(tx, who, now)["attempts"][0]["recording"] for who in (WANG, LI)]
    assert named == [name_of("每日健康", talk.attempt_id), ""]

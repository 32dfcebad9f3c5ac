"""Recordings of calls: a WAV file and its transcript for each, below the folder `out`; the attempt names the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from records.errors import Mendable
from records.tables import Attempt, Conversation


class RecordingError(Mendable, RuntimeError):
    """Recordings that are to go, and nobody said below which folder they lie."""


def folder_of(campaign: str) -> str:
    """Where the recordings of a campaign lie, below the folder `out`."""
    return f"{campaign}/recordings"


def name_of(campaign: str, attempt: int) -> str:
    """The file of a call, below the folder `out`; its transcript ends in .txt."""
    return f"{folder_of(campaign)}/{attempt}.wav"


def recording_of(tx: Connection, conversation: int, out: Path) -> Path | None:
    """The WAV file of a conversation (robot left, resident right, 8 kHz); None where there is none, or no longer."""
    named = select(Attempt.recording).join(Conversation, Conversation.attempt_id == Attempt.id)
    name = tx.execute(named.where(Conversation.id == conversation)).scalar_one_or_none()
    return out / name if name and (out / name).is_file() else None


def destroy(tx: Connection, out: Path | None, *which: ColumnElement[Any]) -> int:
    """Deletes the recordings of some attempts with their transcripts; returns how many were named.

    The files go before the transaction is over: were it the other way round, a crash could leave a voice behind that
    nothing points to. RecordingError when there are any, and `out` is not known.
    """
    found = tx.execute(select(Attempt.id, Attempt.recording).where(Attempt.recording != "", *which)).all()
    if found and out is None:
        raise RecordingError(
            f"{len(found)} calls were recorded: say below which folder the recordings lie",
            f"有 {len(found)} 次通话录了音：请说明录音所在文件夹",
        )
    for row in found:
        for file in (Path(out or "", row.recording), Path(out or "", row.recording).with_suffix(".txt")):
            file.unlink(missing_ok=True)
    tx.execute(update(Attempt).where(Attempt.recording != "", *which).values(recording=""))
    return len(found)

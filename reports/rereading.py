"""What a second reading of stored words would change: a row for each answer, with its words and the status."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from records.rereading import Again, Change
from records.residents import load_members
from records.store import batches
from reports import labels
from reports.labels import ANSWER_LABELS, in_words
from reports.table import Column, Label, Row, Table
from reports.talk import REQUEST_LABELS, value_in_words

_COLUMNS = (
    Column("name", Label("居民", "Resident")),
    Column("conversation", Label("对话", "Conversation")),
    Column("answer", Label("问题", "Question")),
    Column("words", Label("原话", "Words")),
    Column("old", Label("原来的理解", "Understood until now")),
    Column("new", Label("现在的理解", "Understood today")),
    Column("before", Label("原监测状态", "Status until now")),
    Column("after", Label("新监测状态", "Status after")),
)


def rereading_table(connection: Connection, again: Again) -> Table:
    """The changes by resident; marked where the monitoring status would change. The key is resident, conversation."""
    people = {change.resident for change in again.changes}
    names = {m.id: m.name for batch in batches(sorted(people)) for m in load_members(connection, batch)}
    rows = tuple(row for change in again.changes for row in _rows(change, names.get(change.resident, "")))
    title = Label("重新理解会改变的", "What understanding again would change")
    return Table("rereading", title, _COLUMNS, rows, form="list").check()


def reread_in_words(again: Again) -> Label:
    """How many conversations were read, and which could not be."""
    statuses = len({change.record for change in again.changes if change.before != change.after})
    people = len({change.resident for change in again.changes})
    return Label(
        f"重读了 {again.read:,} 段对话：{people:,} 位居民的答案会改变，其中 {statuses:,} 位的监测状态会改变。"
        f"原话已删除、无法重读的 {again.gone:,} 段；无法照原样重放的 {again.unlike:,} 段；"
        f"从某处起问法会不同、只比较了一部分的 {again.strayed:,} 段；其中新听出的请求 {again.wished:,} 个。",
        f"{again.read:,} conversations were read again: the answers of {people:,} residents would change, and the "
        f"monitoring status of {statuses:,} of them. {again.gone:,} have lost their words and cannot be read; "
        f"{again.unlike:,} could not be replayed as they were; {again.strayed:,} would have gone on otherwise from a "
        f"point on, so that only a part of them was compared; {again.wished:,} wishes among them were not heard then.",
    )


def _rows(change: Change, name: str) -> Iterator[Row]:
    marks = frozenset(("after",)) if change.before != change.after else frozenset()
    statuses = (in_words(change.before, labels.STATUS_LABELS), in_words(change.after, labels.STATUS_LABELS))
    for each in change.answers:
        what = {**REQUEST_LABELS, **ANSWER_LABELS}.get(each.name, each.name)
        values = (value_in_words(each.old), value_in_words(each.new))
        key = (str(change.resident), str(change.conversation))
        yield Row(key, (name or key[0], key[1], what, each.words, *values, *statuses), marks)

"""A health code in words and as a picture: its colour, why it is so, and how it can change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from records.health_code import HealthCode
from reports.labels import SYMPTOM_LABELS
from reports.table import Label

COLOUR_LABELS: Mapping[str, Label] = {
    "green": Label("绿码", "Green"),
    "yellow": Label("黄码", "Yellow"),
    "red": Label("红码", "Red"),
}
REASON_LABELS: Mapping[str, Label] = {**SYMPTOM_LABELS, "contact": Label("接触或外出史", "Contact or travel")}
NO_REASON = Label("没有症状", "No symptoms")
NO_CODE = Label("没有健康码：近期没有报告。", "No health code: there is no recent report.")
REFUSED_LABELS: Mapping[str, Label] = {
    "forged": Label("不是本系统签发的码", "not a code of ours"),
    "expired": Label("已过期，请对方重新出示", "expired: ask for a fresh one"),
    "outdated": Label("状态已变化，请对方重新出示", "no longer true: ask for a fresh one"),
}


def masked_name(name: str) -> str:
    """A name for a guard to compare: its first letter, and a star for each of the others."""
    return name[:1] + "".join(" " if sign == " " else "*" for sign in name[1:])


def code_lines(code: HealthCode, now: datetime, zone: tzinfo) -> tuple[Label, ...]:
    """Colour, moment, reasons, and until when it holds or is kept; all times in `zone`."""
    at = now.astimezone(zone)
    return (
        _colour(code.colour),
        Label(f"{at:%Y-%m-%d %H:%M:%S}", f"{at:%Y-%m-%d %H:%M:%S}"),
        _why(code, zone),
        _outlook(code, zone),
    )


def _colour(colour: str) -> Label:
    return COLOUR_LABELS.get(colour, Label(colour, colour))


def _why(code: HealthCode, zone: tzinfo) -> Label:
    labels = [REASON_LABELS[name] for name in code.reported.reasons] or [NO_REASON]
    day = code.reported.at.astimezone(zone)
    zh, en = "、".join(label.zh for label in labels), ", ".join(label.en for label in labels)
    return Label(f"{day.month}月{day.day}日报告：{zh}", f"Report of {day:%d %B}: {en}")


def _outlook(code: HealthCode, zone: tzinfo) -> Label:
    if code.held_until:
        held, next = code.held_until.astimezone(zone), _colour(code.newest.colour)
        return Label(
            f"最近报告为{next.zh}，若一直如此，{held.month}月{held.day}日 {held:%H:%M} 转{next.zh}",
            f"Your newest report is {next.en.lower()}; if it stays so, the code turns on {held:%d %B} at {held:%H:%M}",
        )
    until = code.good_until.astimezone(zone)
    return Label(
        f"有效至 {until.month}月{until.day}日 {until:%H:%M}，请按时报告",
        f"Good until {until:%d %B}, {until:%H:%M}; please report again before then",
    )

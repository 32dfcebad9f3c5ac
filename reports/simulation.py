"""What a simulated campaign adds to a report: its lines and time, and how near it came to the truth."""

from __future__ import annotations

from collections.abc import Mapping

from reports.table import Cell, Column, Label, Ratio, Row, Table

NEAR = 0.01  # two ways to the same figure may differ by this share before they are said to disagree

_LINES = {
    "calls": (Label("拨打次数", "Calls dialled"), "count", 0),
    "lines": (Label("线路数", "Lines"), "count", 0),
    "most_busy": (Label("同时占线最多", "Most lines busy at once"), "count", 0),
    "held": (Label("平均每次占线(秒)", "Mean seconds a line is held"), "number", 1),
    "per_hour": (Label("每小时拨打", "Calls an hour"), "number", 0),
    "best_hour": (Label("最忙一小时拨打", "Calls in the busiest hour"), "count", 0),
    "capacity": (Label("这些线路每小时最多拨打", "Calls an hour these lines could make"), "number", 0),
    "busy": (Label("平均占线(按时间测量)", "Lines busy on average, measured over time"), "number", 2),
    "little": (Label("平均占线(利特尔法则)", "Lines busy on average by Little's law"), "number", 2),
}  # fmt: skip
_SHARES = {
    "fever_recall": (
        Label("发热查全率", "Fever recall"),
        Label("真有发热且已报告者中，被查出的", "Of those truly feverish who reported: found"),
    ),
    "fever_precision": (
        Label("发热查准率", "Fever precision"),
        Label("查为发热者中，真有发热的", "Of those found feverish: truly so"),
    ),
    "fever_of_all": (
        Label("全体发热者被查出", "Fever found, of everybody"),
        Label("全体真有发热者中，被查出的", "Of all who are truly feverish: found"),
    ),
    "symptom_recall": (
        Label("症状查全率", "Symptom recall"),
        Label("已报告者真有的症状中，被记下的（不含发热）", "Of their true symptoms (not fever): noted"),
    ),
    "symptom_precision": (
        Label("症状查准率", "Symptom precision"),
        Label("记下的症状中，真有的（不含发热）", "Of the symptoms noted (not fever): true"),
    ),
    "temperature_right": (
        Label("体温正确", "Temperature right"),
        Label("记下的体温中，与真值相差不超过0.05℃的", "Of the readings stored: within 0.05 °C of the truth"),
    ),
    "non_reporting_found": (
        Label("未报告者被列出", "Non-reporting found"),
        Label("没有人说起其健康的居民中，被列为未报告的", "Of those of whom nobody told anything: listed as such"),
    ),
}  # fmt: skip


def lines_table(figures: Mapping[str, float]) -> Table:
    """Lines, time held and calls an hour side by side; the two measures of busy lines must agree.

    `figures` has the keys of `_LINES`. ValueError when Little's law does not hold within 1 %.
    """
    busy, little = figures["busy"], figures["little"]
    if abs(busy - little) > NEAR * max(busy, little):
        raise ValueError(f"lines busy: {busy:.2f} measured, but {little:.2f} by Little's law")
    columns = tuple(
        Column(key, label, "count" if kind == "count" else "minutes", digits=digits)
        for key, (label, kind, digits) in _LINES.items()
    )
    cells: list[Cell] = [
        int(figures[key]) if kind == "count" else float(figures[key]) for key, (_, kind, _) in _LINES.items()
    ]
    note = Label(
        f"利特尔法则：每小时拨打 × 每次占线秒数 ÷ 3600 = {little:.2f} 条，测得 {busy:.2f} 条，相符。",
        f"Little's law: calls an hour x seconds held / 3600 = {little:.2f} lines; measured {busy:.2f}: they agree.",
    )
    title = Label("线路与时间", "Lines and time")
    return Table("lines", title, columns, (Row((), tuple(cells)),), note=note, form="cards").check()


_WAYS = {
    "": Label("与真实情况对照", "Against the truth"),
    "voice": Label("与真实情况对照：语音通话", "Against the truth: called by voice"),
    "text": Label("与真实情况对照：文字模拟", "Against the truth: called by text"),
}


def truth_table(shares: Mapping[str, tuple[int, int]], temperature_error_c: float | None, way: str = "") -> Table:
    """The campaign against the truth of the made-up town; `shares` are (count, of) by the keys of `_SHARES`.

    `way` tells those called by "voice" or "text" apart.
    """
    columns = (
        Column("figure", Label("指标", "Figure")),
        Column("share", Label("结果", "Result"), "percent"),
        Column("count", Label("分子", "Numerator"), "count"),
        Column("of", Label("分母", "Denominator"), "count"),
        Column("meaning", Label("含义", "Meaning")),
    )
    rows = tuple(
        Row((key,), (label, Ratio(*shares[key]), *shares[key], meaning)) for key, (label, meaning) in _SHARES.items()
    )
    error = "" if temperature_error_c is None else f"{temperature_error_c:.3f} °C"
    note = Label(f"体温平均绝对误差：{error}", f"Mean absolute error of the temperature: {error}")
    return Table(f"truth_{way}" if way else "truth", _WAYS[way], columns, rows, note=note).check()

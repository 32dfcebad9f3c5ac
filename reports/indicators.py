"""The named formulas: every figure of a report, as data with its definition, numerator and denominator.

Response rates: AAPOR Standard Definitions. I complete, P partial, R refused and break-off, NC non-contact, O other,
U unknown; whoever has no disposition yet (`pending`) counts as unknown, ineligible is outside every denominator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import fsum

from records.symptoms import SYMPTOMS
from reports.labels import COUNT_LABELS, DISPOSITION_LABELS, STATUS_LABELS, SYMPTOM_LABELS
from reports.table import Cell, Column, Kind, Label, Ratio

FEVER_C = 37.3


@dataclass(slots=True)
class Tally:
    """What was counted among some residents: counts by name, temperatures and minutes to report by their value."""

    counts: dict[str, int] = field(default_factory=dict)
    temperatures: dict[float, int] = field(default_factory=dict)
    minutes: dict[float, int] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Takes in the residents of another tally."""
        for mine, others in zip(self._all(), other._all(), strict=True):
            for key, number in others.items():
                mine[key] = mine.get(key, 0) + number

    def _all(self) -> tuple[dict[object, int], ...]:
        return self.counts, self.temperatures, self.minutes  # type: ignore[return-value]  # dict is invariant in its key

    def count(self, names: tuple[str, ...]) -> int:
        """The sum of these counts."""
        if len(names) == 1:  # by far the most, and quicker
            return self.counts.get(names[0], 0)
        return sum(self.counts.get(name, 0) for name in names)


def mean(values: Mapping[float, int]) -> float | None:
    """The mean of values counted by value, exact whatever their order; blank for nobody."""
    return fsum(value * number for value, number in values.items()) / sum(values.values()) if values else None


def median(values: Mapping[float, int]) -> float | None:
    """The middle value, or the mean of the two middle ones; blank for nobody."""
    total = sum(values.values())
    seen, low = 0, None
    for value in sorted(values):
        seen += values[value]
        if low is None and 2 * seen >= total:
            low = value
        if 2 * seen > total:
            return value if low == value or low is None else (low + value) / 2
    return None


def highest(values: Mapping[float, int]) -> float | None:
    """The greatest value; blank for nobody."""
    return max(values, default=None)


_STATISTICS = {"mean": mean, "median": median, "max": highest}


@dataclass(frozen=True, slots=True)
class Indicator:
    """A named formula: a count (`numerator` alone), a share (over `denominator`), or a `statistic` of a measure.

    `numerator` and `denominator` are sums of counts by name; those in `estimated` enter the denominator times e, the
    share of the unknown that is eligible.
    """

    key: str
    label: Label
    definition: Label
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    estimated: tuple[str, ...] = ()
    statistic: str = ""
    kind: Kind = "count"
    digits: int = 1

    def cell(self, tally: Tally, e: float | None = None) -> Cell:
        """The figure for a tally; `e` (0..1) blank means estimated from the tally, see `eligible_share`."""
        if self.statistic:
            of = tally.minutes if self.kind == "minutes" else tally.temperatures
            return _STATISTICS[self.statistic](of)
        numerator = tally.count(self.numerator)
        if not self.denominator:
            return numerator
        denominator: float = tally.count(self.denominator)
        if self.estimated:
            denominator += tally.count(self.estimated) * (eligible_share(tally) if e is None else e)
        return Ratio(numerator, denominator)

    @property
    def column(self) -> Column:
        """The column that shows it, with its numerator and denominator in words."""
        below = _sum(self.denominator)
        if self.estimated:
            e = _sum(self.estimated)
            below = Label(f"{below.zh} + e × ({e.zh})", f"{below.en} + e × ({e.en})")
        return Column(self.key, self.label, self.kind, self.definition, _sum(self.numerator), below, self.digits)


def _sum(names: tuple[str, ...]) -> Label:
    labels = [COUNT_LABELS[name] for name in names]
    return Label(" + ".join(label.zh for label in labels), " + ".join(label.en for label in labels))


_I, _P, _R, _NC, _O = ("complete",), ("partial",), ("refused", "break_off"), ("non_contact",), ("other",)
_U = ("unknown", "pending")
_KNOWN = _I + _P + _R + _NC + _O


def eligible_share(tally: Tally) -> float:
    """AAPOR's e by the proportional method: the eligible share of all whose eligibility is known; 1 where none is."""
    eligible, not_eligible = tally.count(_KNOWN), tally.count(("ineligible",))
    return eligible / (eligible + not_eligible) if eligible else 1.0


def _count(key: str, zh: str, en: str, *names: str) -> Indicator:
    return Indicator(key, COUNT_LABELS[key], Label(zh, en), names or (key,))


def _share(key: str, label: Label, zh: str, en: str, above: str, below: str) -> Indicator:
    return Indicator(key, label, Label(zh, en), (above,), (below,), kind="percent")


def _rate(
    key: str, zh: str, en: str, above: tuple[str, ...], below: tuple[str, ...], estimated: tuple[str, ...] = ()
) -> Indicator:
    return Indicator(
        key,
        Label(f"{zh} {key.upper()}", key.upper()),
        Label(f"AAPOR {zh}", f"AAPOR {en}"),
        above,
        below,
        estimated,
        kind="percent",
    )


RATES = (
    _rate("rr1", "应答率1", "response rate 1: complete, of all eligible and unknown", _I, _KNOWN + _U),
    _rate("rr2", "应答率2", "response rate 2: complete or partial, of all eligible and unknown", _I + _P, _KNOWN + _U),
    _rate(
        "rr3", "应答率3", "response rate 3: as RR1, the unknown counted by the share e thought eligible", _I, _KNOWN, _U
    ),
    _rate(
        "rr4",
        "应答率4",
        "response rate 4: as RR2, the unknown counted by the share e thought eligible",
        _I + _P,
        _KNOWN,
        _U,
    ),
    _rate("rr5", "应答率5", "response rate 5: complete, of those known to be eligible", _I, _KNOWN),
    _rate("rr6", "应答率6", "response rate 6: complete or partial, of those known to be eligible", _I + _P, _KNOWN),
    _rate("coop1", "合作率1", "cooperation rate 1: complete, of all who were contacted", _I, _I + _P + _R + _O),
    _rate("ref1", "拒访率1", "refusal rate 1: refused or broken off, of all eligible and unknown", _R, _KNOWN + _U),
    _rate("con1", "接触率1", "contact rate 1: contacted, of all eligible and unknown", _I + _P + _R + _O, _KNOWN + _U),
)

RESIDENTS = _count(
    "residents",
    "本轮应报告的居民；跨多轮时按人次计",
    "Residents due to report; over several rounds, once for each round",
)
REPORTED = _count("reported", "已收到本轮报告的居民", "Residents whose report of the round has come in")
REPORTED_SHARE = _share(
    "reported_share",
    Label("报告率", "Reporting rate"),
    "应报居民中已报告的比例",
    "Share of the residents due who reported",
    "reported",
    "residents",
)
FEVER = _count(
    "fever",
    "体温达到发热线，或自述发热",
    "Temperature at or over the threshold, or fever by own word",
)
FEVER_SHARE = _share(
    "fever_share",
    Label("发热率", "Fever rate"),
    "已知是否发热者中发热的比例",
    "Share with fever among those known for it",
    "fever",
    "fever_known",
)
SYMPTOMATIC = _count("symptomatic", "监测状态为有症状", "Monitoring status: symptomatic")
NON_REPORTING = _count(
    "non_reporting", "监测状态为未报告：无人代报，需上门", "Monitoring status: no report came, a visit is due"
)
NEEDS_HELP = _count(
    "needs_help", "表示需要食品、药品、上门或其他帮助", "Asked for food, medicine, a visit or other help"
)
TO_VISIT = _count(
    "to_visit",
    "有未办结的上门任务：急症、红码、发热，或一直联系不上",
    "Has an open task for a visit: emergency, red result, fever, or never reached",
)
TO_CALL = _count("to_call", "有其他未办结任务，可电话处理", "Has another open task, to be done by telephone")
URGENT = _count("urgent", "有未办结的紧急任务", "Has an open urgent task")
MEDIAN_MINUTES = Indicator(
    "median_minutes",
    Label("报告用时（中位，分）", "Median min. to report"),
    Label(
        "从应报时间到收到报告的分钟数，取中位数",
        "Minutes from the time due to the report, median of those who reported",
    ),
    ("reported",),
    statistic="median",
    kind="minutes",
    digits=0,
)

TEMPERATURES = tuple(
    Indicator(
        f"{name}_c",
        Label(f"{zh}体温 °C", f"{en} °C"),
        Label(f"报告体温的{zh}", f"{en} of the temperatures given"),
        ("measured",),
        statistic=name,
        kind="celsius",
        digits=digits,
    )
    for name, zh, en, digits in (
        ("mean", "平均", "Mean", 2),
        ("median", "中位", "Median", 2),
        ("max", "最高", "Highest", 1),
    )
)

MAIN = (
    RESIDENTS,
    REPORTED,
    REPORTED_SHARE,
    FEVER,
    FEVER_SHARE,
    SYMPTOMATIC,
    NON_REPORTING,
    NEEDS_HELP,
    TO_VISIT,
    *TEMPERATURES,
    MEDIAN_MINUTES,
)

BRIEF = (RESIDENTS, REPORTED, REPORTED_SHARE, FEVER, SYMPTOMATIC, NON_REPORTING, TO_VISIT)
"""For a narrow screen."""

REACH = (
    RESIDENTS,
    _count("attempted", "至少呼叫或发送过一次的居民", "Residents called or messaged at least once"),
    _count(
        "reached", "至少接通过一次的居民（本人或家人）", "Residents reached at least once, themselves or the household"
    ),
    _share(
        "reached_share",
        Label("接通居民率", "Reached, share"),
        "已呼叫居民中接通的比例",
        "Share reached of those attempted",
        "reached",
        "attempted",
    ),
    REPORTED,
    _count("by_proxy", "由家人代为报告", "Report given by another member of the household"),
)

DISPOSITIONS = tuple(
    _count(name, f"最终处置：{label.zh}", f"Disposition: {label.en.lower()}")
    for name, label in DISPOSITION_LABELS.items()
)

STATUSES = tuple(
    _count(name, f"监测状态：{label.zh}", f"Monitoring status: {label.en.lower()}")
    for name, label in STATUS_LABELS.items()
)

SYMPTOM_COUNTS = tuple(
    Indicator(f"has_{name}", SYMPTOM_LABELS[name], Label("报告有此症状", "Reported to have it"), (f"has_{name}",))
    for name in SYMPTOMS
)

SYMPTOM_SHARES = tuple(
    Indicator(
        f"{name}_share",
        Label(f"{label.zh}占比", f"{label.en}, share"),
        Label("已知有无此症状者中有此症状的比例", "Share who have it among those known to have it or not"),
        (f"has_{name}",),
        (f"knows_{name}",),
        kind="percent",
    )
    for name in SYMPTOMS
    for label in (SYMPTOM_LABELS[name],)
)

MEASURED_FEVER = Indicator(
    "fever_measured_share",
    Label("体温达发热线比例", "Temperature at or over the threshold"),
    Label("报告体温者中达到发热线的比例", "Share at or over the threshold among those who gave a temperature"),
    ("fever_measured",),
    ("measured",),
    kind="percent",
)

CONTACT_SHARE = _share(
    "contact_share",
    Label("接触或旅行史", "Contact or travel"),
    "已知者中有接触或旅行史的比例",
    "Share with contact or travel among those known",
    "contact",
    "contact_known",
)
HELP_SHARE = _share(
    "needs_help_share",
    Label("求助率", "Need of help"),
    "已知者中需要帮助的比例",
    "Share in need of help among those known",
    "needs_help",
    "needs_help_known",
)

ALL = tuple(
    {
        indicator.key: indicator
        for indicator in (
            *REACH,
            *MAIN,
            TO_CALL,
            URGENT,
            *DISPOSITIONS,
            *STATUSES,
            *RATES,
            MEASURED_FEVER,
            CONTACT_SHARE,
            HELP_SHARE,
            *SYMPTOM_COUNTS,
            *SYMPTOM_SHARES,
        )
    }.values()
)

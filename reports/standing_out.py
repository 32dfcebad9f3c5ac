"""Which places stand out: where a share is higher than chance would make it, given the share everywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, lgamma

from reports.figures import Figures
from reports.indicators import Tally
from reports.labels import COUNT_LABELS
from reports.table import Column, Label, Ratio, Row, Table

WATCHED = {"fever": "fever_known", "symptomatic": "reported", "non_reporting": "residents"}
"""Counts that are compared, and among whom."""
LEAST = 2  # fewer people than this never make a place stand out
CHANCE = 0.05  # shared among all places compared (Bonferroni)


def chance(here: Ratio, everywhere: Ratio) -> float:
    """Fisher's exact test, one-sided: how likely that many or more here, were people spread over the places by chance.

    `here` is part of `everywhere`; whole numbers. Returns 0..1.
    """
    inside, everyone = int(here.denominator), int(everywhere.denominator)
    found, cases = int(here.numerator), int(everywhere.numerator)
    found = max(found, inside + cases - everyone)  # fewer are not possible
    term = exp(_choose(cases, found) + _choose(everyone - cases, inside - found) - _choose(everyone, inside))
    total = 0.0
    for k in range(found, min(inside, cases) + 1):
        total += term
        term *= (cases - k) * (inside - k) / ((k + 1) * (everyone - cases - inside + k + 1))
        if term < 1e-12 * total and k > inside * cases / everyone:
            break
    return min(1.0, total)


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def standing_out(figures: Figures, level: str) -> Iterator[tuple[float, tuple[str, ...], str, Ratio, Ratio]]:
    """(chance, path, count, share here, share elsewhere) of each place and count that stands out, in no order."""
    places = figures.by_level(level)
    whole = figures.whole()
    for path, tally in places.items():
        for name, among in WATCHED.items():
            here, everywhere = _share(tally, name, among), _share(whole, name, among)
            elsewhere = Ratio(everywhere.numerator - here.numerator, everywhere.denominator - here.denominator)
            if here.numerator < LEAST or (here.value or 0) <= (elsewhere.value or 0):
                continue
            likely = chance(here, everywhere)
            if likely * len(places) < CHANCE:
                yield likely, path, name, here, elsewhere


def _share(tally: Tally, name: str, among: str) -> Ratio:
    return Ratio(tally.count((name,)), tally.count((among,)))


def standing_out_table(figures: Figures, level: str = "community") -> Table:
    """The places that stand out, the least likely first; no rows where none does."""
    found = sorted(standing_out(figures, level), key=lambda each: each[:3])
    rows = tuple(Row((*path, name), (path[-1], COUNT_LABELS[name], int(here.numerator), here, elsewhere))
                 for _, path, name, here, elsewhere in found)  # fmt: skip
    note = Label(
        "与其他地方相比，人数多到难以用偶然解释（Fisher 精确检验，多重比较校正后 p < 0.05，至少 2 人）",
        "More people than chance explains, compared with everywhere else "
        "(Fisher's exact test, p < 0.05 after correction for the number of places, 2 people or more)",
    )
    return Table("standing_out", Label("需要关注的社区", "Communities that stand out"), _COLUMNS, rows, note=note,
                 form="list").check()  # fmt: skip


_AMONG = Label("发热：已知是否发热者；有症状：已报告者；未报告：应报居民",
               "Fever: those known for it; symptomatic: those who reported; not reporting: residents due")  # fmt: skip
_PEOPLE = Label("该指标的人数", "People with this")
_COLUMNS = (
    Column("place", Label("地点", "Place")),
    Column("figure", Label("指标", "Figure")),
    Column("people", Label("人数", "People"), "count", _PEOPLE),
    Column("here", Label("本地", "Here"), "percent", Label("本地的比例", "Share at this place"), _PEOPLE, _AMONG),
    Column("elsewhere", Label("其他地方", "Elsewhere"), "percent", Label("其他地方的比例", "Share at all other places"),
           _PEOPLE, _AMONG),
)  # fmt: skip

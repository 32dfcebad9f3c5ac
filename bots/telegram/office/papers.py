"""Today's figures in a chat: as text, as a picture, as files; and who has not reported."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from bots.telegram.letters import Letter
from bots.telegram.office.errands import Done, Errand, button
from campaigns.campaign import campaigns_where, newest_of
from records.tables import Campaign
from reports.community import community_table
from reports.figures import Scope, newest_round, read_figures
from reports.indicators import BRIEF
from reports.late import closing
from reports.line_list import line_list, listed
from reports.papers import PAPERS, write_paper
from reports.table import Row, Table, shown
from reports.writers.picture import table_picture

PAGE = 10  # residents on a page
LINES = 20  # places in a text; all are in the picture and the files
MISSING = "non_reporting"


def table(e: Errand) -> Done:
    """The figures of the newest round by place, as text."""
    campaign = _campaign(e)
    figures = _table(e, campaign) if campaign else None
    if campaign is None or figures is None or not figures.rows:
        return Done((e.letter("no_round"),))
    e.note("saw figures", f"campaign {campaign.id}")
    buttons = (
        button(e.say("picture"), "picture", campaign.id), button(e.say("papers"), "papers", campaign.id),
        button(e.say("missing_of"), "missing", campaign.id, 0),
    )  # fmt: skip
    return Done((Letter(_as_text(e, campaign, figures), buttons, 2),))


def picture(e: Errand) -> Done:
    """The same as a picture, made when it is sent."""
    campaign = _campaign(e)
    if campaign is None:
        return Done(notice=e.say("gone"))
    e.note("saw figures", f"campaign {campaign.id}", "picture")
    head = e.say("table_head", name=campaign.name, at=e.local(e.at))
    return Done((Letter(head, file=(str(e.member.id), "paper", str(campaign.id), "table.png")),))


def papers(e: Errand) -> Done:
    """Which files there are, or (with the name of one) that file."""
    campaign = _campaign(e)
    if campaign is None:
        return Done(notice=e.say("gone"))
    name = e.rest[1] if len(e.rest) > 1 else ""
    if name in PAPERS:
        e.note("downloaded", f"campaign {campaign.id}", name)
        file = (str(e.member.id), "paper", str(campaign.id), name)
        return Done((Letter(e.say(f"paper_{name.replace('.', '_')}"), file=file),))
    buttons = [button(e.say(f"paper_{one.replace('.', '_')}"), "papers", campaign.id, one) for one in PAPERS]
    return Done((e.letter("papers_head", *buttons, name=campaign.name),))


def missing(e: Errand) -> Done:
    """Who has not reported in the newest round, with masked numbers, page by page in one message."""
    campaign = _campaign(e)
    if campaign is None:
        return Done(notice=e.say("gone"))
    first = max(0, e.number(1))
    scope = _scope(e, campaign)
    count = listed(e.tx, scope, MISSING, e.fever_c)
    people = line_list(e.tx, scope, zone=e.zone, limit=PAGE, first=first, figure=MISSING, fever_c=e.fever_c)
    e.note("saw residents", f"campaign {campaign.id}", f"{MISSING}, {len(people.rows)} rows from {first}")
    lines = [_person(e, people, row) for row in people.rows]
    last = first + len(people.rows)
    head = e.say("missing" if count else "missing_none", name=campaign.name, first=first + 1, last=last, all=count)
    buttons = []
    if first:
        buttons.append(button(e.say("back_page"), "missing", campaign.id, max(0, first - PAGE), "here"))
    if last < count:
        buttons.append(button(e.say("next_page"), "missing", campaign.id, last, "here"))
    letter = Letter("\n".join([head, *lines]), tuple(buttons), 2)
    return Done(board=letter) if e.rest[2:] else Done((letter,))


def make(e: Errand) -> tuple[str, bytes] | None:
    """The name and content of a file; None when the campaign is gone, or not theirs."""
    campaign = _campaign(e)
    if campaign is None:
        return None
    name = e.rest[1]
    if name == "table.png":
        of_round = _table(e, campaign)
        return name, table_picture(of_round, [column.key for column in of_round.columns], e.language)
    scope = _scope(e, campaign)
    scope = replace(scope, as_of=closing(e.tx, scope, e.at, e.zone))  # as the console's, the same whenever it is made
    with e.store.past(scope.as_of) as tx, tempfile.TemporaryDirectory() as folder:
        path = write_paper(
            tx, Path(folder), name, scope, e.language, title=campaign.name, at=e.at,
            fever_c=e.fever_c, zone=e.zone,
        )  # fmt: skip
        return f"{campaign.name}_{name}", path.read_bytes()


def _campaign(e: Errand) -> Campaign | None:
    """The campaign of a button, by default the newest; None when there is none that the member may see."""
    if not e.rest:
        return newest_of(e.store, e.member)
    found = campaigns_where(e.store, Campaign.id == e.number())
    return found[0] if found and e.member.touches(found[0].place) else None


def _scope(e: Errand, campaign: Campaign) -> Scope:
    return Scope(campaign.id, round=newest_round(e.tx, campaign.id), place=e.member.narrowed({}))


def _table(e: Errand, campaign: Campaign) -> Table:
    return community_table(read_figures(e.tx, _scope(e, campaign), e.fever_c), shown=BRIEF)


def _as_text(e: Errand, campaign: Campaign, table: Table) -> str:
    lines = [e.say("table_head", name=campaign.name, at=e.local(e.at))]
    lines += [_place(e, table, row) for row in table.rows[:LINES]]
    if len(table.rows) > LINES:
        lines.append(e.say("table_more", count=len(table.rows) - LINES))
    if table.total and len(table.rows) != 1:
        lines.append(_place(e, table, table.total))
    return "\n\n".join(lines)


def _place(e: Errand, table: Table, row: Row) -> str:
    """Where, and each figure with its name; those that are nought are left out but for the first two."""
    texts = [shown(cell, column, e.language) for cell, column in zip(row.cells, table.columns, strict=True)]
    figures = [place for place, column in enumerate(table.columns) if column.kind != "text"]
    where = " ".join(text for place, text in enumerate(texts) if place not in figures and text)
    told = [p for p in figures if p in figures[:2] or texts[p] not in ("0", "")]
    sep = "，" if e.language.startswith("zh") else ", "
    return f"📍 {where}\n" + sep.join(f"{table.columns[p].label.read(e.language)} {texts[p]}" for p in told)


def _person(e: Errand, people: Table, row: Row) -> str:
    """One who has not reported: name, masked number, address, what came of it."""

    def text(key: str) -> str:
        return shown(people.cell(row, key), people.columns[people.place(key)], e.language)

    where = " ".join(part for part in map(text, ("community", "grid", "building", "unit")) if part)
    return f"· {text('name')} {text('phone')}  {where}  {text('disposition')}".rstrip()


DEEDS = {
    "table": ("worker", table), "picture": ("worker", picture), "papers": ("worker", papers),
    "missing": ("worker", missing),
}  # fmt: skip

"""The daily feedback report: written once, or every day at an hour, into a folder and by e-mail."""

from __future__ import annotations

import argparse
import time as clock
from datetime import date, datetime, time, timedelta
from pathlib import Path

from commands.house import House, now
from commands.settings import UsageError
from records.errors import Mendable

AGAIN = 600  # seconds until a report that could not be sent is tried again
TRIES = 6


def feedback(house: House, args: argparse.Namespace) -> int:
    """Writes the report of a day as DOCX and HTML, and sends it; with --daily every day until it is stopped."""
    if args.to and not (house.settings.mail_server and house.settings.mail_from):
        raise UsageError(
            "--to wants the settings mail_server (smtp://user:password@host:587) and mail_from",
            "--to 需要设置 mail_server（smtp://用户:密码@主机:587）和 mail_from",
        )
    if args.daily is None:
        return _once(house, args, args.day)
    while True:
        at = next_time(datetime.now().astimezone(), args.daily)
        house.say(f"下一份：{at:%Y-%m-%d %H:%M}", f"The next one: {at:%Y-%m-%d %H:%M}")
        clock.sleep(max(0.0, (at - now()).total_seconds()))
        _stubbornly(house, args, at.date())


def next_time(after: datetime, wanted: time) -> datetime:
    """The next moment at this time of day, in the zone of `after`."""
    at = after.replace(hour=wanted.hour, minute=wanted.minute, second=0, microsecond=0)
    return at if at > after else at + timedelta(days=1)


def _stubbornly(house: House, args: argparse.Namespace, day: date) -> None:
    """One report of a series: what goes wrong is said, tried again, and never stops the series."""
    from bots.mail import MailError
    from reports.feedback import NoRound

    for left in reversed(range(TRIES)):
        try:
            _once(house, args, day)
            return
        except (MailError, NoRound, OSError) as error:
            why = error.read(house.language) if isinstance(error, Mendable) else error
            house.say(f"{day}：{why}", f"{day}: {why}")
            if not isinstance(error, MailError) or not left:
                return
            clock.sleep(AGAIN)


def _once(house: House, args: argparse.Namespace, day: date | None) -> int:
    from bots.mail import send_mail
    from campaigns.campaign import find
    from reports.feedback import feedback
    from reports.figures import Scope
    from reports.late import closing
    from reports.writers.docx import write_docx
    from reports.writers.html import write_html

    campaign = find(house.store, args.name)
    with house.store.reading() as tx:
        at = closing(tx, Scope(campaign.id, first_day=day, last_day=day), now())
    with house.store.past(at) as tx:
        made = feedback(tx, Scope(campaign.id, as_of=at), day, fever_c=house.settings.fever_c, now=now())
    folder = Path(args.out) if args.out else house.out / campaign.name
    folder.mkdir(parents=True, exist_ok=True)
    name = f"feedback-{made.day}"
    files = [
        write_docx(folder / f"{name}.docx", made.title, made.about, made.paragraphs, made.tables, house.language),
        write_html(folder / f"{name}.html", made.tables, house.language, made.title, made.about, made.paragraphs),
    ]
    words = "\n\n".join(each.read(house.language) for each in made.paragraphs)
    print(words)
    house.say("已写出：", "Written:")
    for path in files:
        print(f"  {path}")
    if args.to:
        subject = f"{made.title.read(house.language)} {made.day}"
        send_mail(house.settings.mail_server, house.settings.mail_from, args.to, subject, words, files)
        house.say(f"已发送给 {len(args.to)} 人", f"Sent to {len(args.to)}")
    return 0

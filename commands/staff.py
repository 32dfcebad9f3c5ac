"""Commands on the accounts of the staff: made, listed, changed, closed; a password is never on the command line."""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
from datetime import timedelta
from typing import Any

from commands.house import House, now
from commands.notices import bot_link
from commands.settings import UsageError

FOR_STAFF = timedelta(days=2)  # a link for one of the staff is good for so long


def add(house: House, args: argparse.Namespace) -> int:
    """Makes an account, whose password is asked for, or generated and shown once."""
    from records.staff import add_member, note_deed

    password = "" if args.chat_only else _password(house, args.generate)
    with house.store.transaction() as tx:
        member = add_member(
            tx,
            args.login,
            name=args.name or args.login,
            role=args.role,
            place=_place(args.place),
            password=password,
            language=house.language,
            now=now(),
        )
        note_deed(tx, None, "made account", f"staff {member.id}", now(), args.role)
    house.say(f"已建立账号 {args.login}（{args.role}）", f"Account {args.login} made ({args.role})")
    return 0


def show_list(house: House, args: argparse.Namespace) -> int:
    """Lists the accounts that are open."""
    from records.staff import members

    with house.store.reading() as tx:
        for member in members(tx):
            place = ", ".join(name if isinstance(name, str) else "/".join(name) for name in member.place.values())
            print(member.login, member.name, member.role, place or "-", sep="\t")
    return 0


def change(house: House, args: argparse.Namespace) -> int:
    """Changes name, role, place or password of an account; all its sessions end, save for a new name."""
    from records.staff import change_member, member_named, note_deed

    values: dict[str, Any] = {name: value for name in ("name", "role") if (value := getattr(args, name))}
    if args.place or args.everywhere:
        values["place"] = _place(args.place)
    if args.password or args.generate:
        values["password"] = _password(house, args.generate)
    if not values:
        raise UsageError("nothing to change: give --name, --role, --place, --everywhere, --password or --generate")
    with house.store.transaction() as tx:
        member = change_member(tx, member_named(tx, args.login).id, **values)
        note_deed(tx, None, "changed account", f"staff {member.id}", now(), ", ".join(values))
    house.say(f"已修改账号 {args.login}", f"Account {args.login} changed")
    return 0


def close(house: House, args: argparse.Namespace) -> int:
    """Closes an account; what it did stays in the trail."""
    from records.staff import close_member, member_named, note_deed

    with house.store.transaction() as tx:
        member = member_named(tx, args.login)
        close_member(tx, member.id, now())
        note_deed(tx, None, "closed account", f"staff {member.id}", now())
    house.say(f"已关闭账号 {args.login}", f"Account {args.login} closed")
    return 0


def invite(house: House, args: argparse.Namespace) -> int:
    """Shows a link, good once, that makes a chat one of theirs; earlier links for them are good no more."""
    from records import invitations
    from records.staff import member_named, note_deed
    from reports.line_list import ZONE

    link = bot_link(house, args.bot)
    with house.store.transaction() as tx:
        member = member_named(tx, args.login)
        code = invitations.invite(tx, house.seal, invitations.Invited(staff_id=member.id), now(), FOR_STAFF)
        note_deed(tx, None, "invited", f"staff {member.id}", now())
    until = f"{(now() + FOR_STAFF).astimezone(ZONE):%Y-%m-%d %H:%M}"
    house.say(
        f"给{member.name}的链接，只能用一次，{until} 前有效，请勿转给别人：",
        f"A link for {member.name}, good once, until {until}; whoever opens it first is taken for them:",
    )
    print(link.replace("{token}", code))
    return 0


def unlink(house: House, args: argparse.Namespace) -> int:
    """Takes all chats from an account, as when a telephone is lost; a new link gives it another."""
    from records.staff import member_named, note_deed, unlink_chats

    with house.store.transaction() as tx:
        member = member_named(tx, args.login)
        chats = unlink_chats(tx, member.id, now())
        note_deed(tx, None, "unlinked chats", f"staff {member.id}", now(), str(chats))
    house.say(f"已解除 {args.login} 的 {chats} 个聊天", f"{chats} chats taken from {args.login}")
    return 0


def _password(house: House, generate: bool) -> str:
    """Asked for twice at the keyboard, read from a pipe as one line, or generated and shown this once."""
    if generate:
        password = secrets.token_urlsafe(12)
        house.say(f"初始密码（只显示一次）：{password}", f"Password, shown this once: {password}")
        return password
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("密码 Password: ")
    if password != getpass.getpass("再输一次 Again: "):
        raise UsageError("the two passwords differ")
    return password


def _place(items: list[str]) -> dict[str, list[str]]:
    place: dict[str, list[str]] = {}
    for item in items:
        level, equals, name = item.partition("=")
        if not (equals and name):
            raise UsageError(f"--place {item!r}: write it as LEVEL=NAME, such as community=桂园社区")
        place.setdefault(level, []).append(name)
    return place

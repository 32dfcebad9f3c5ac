"""Invitations on paper: one slip for each resident, with a QR code that links their chat, to be cut apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from records.residents import masked
from reports.table import Label
from reports.writers.picture import qr_svg

TITLE = Label("社区健康助手邀请", "Invitations to the health assistant")
HOW = Label("用手机扫码，或打开链接，点“开始”", "Scan with your phone, or open the link, and press Start")
ONCE = Label("只限本人使用一次，{:%Y-%m-%d} 前有效", "For this person only, good once, until {:%Y-%m-%d}")
COLUMNS = (
    Label("编号", "Number"), Label("姓名", "Name"), Label("手机号", "Phone"), Label("社区", "Community"),
    Label("地址", "Address"), Label("链接", "Link"), Label("有效期至", "Good until"),
)  # fmt: skip
STYLE = """
@page { size: A4; margin: 12mm; }
body { font-family: "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif; margin: 0; }
main { display: grid; grid-template-columns: 1fr 1fr; }
article { display: grid; grid-template-columns: 42mm 1fr; gap: 4mm; padding: 5mm; border: 1px dashed #98a2b3;
  break-inside: avoid; align-items: center; font-size: 12px; line-height: 1.5; }
article svg { width: 42mm; height: 42mm; }
h2 { font-size: 16px; margin: 0; }
p { margin: 0; overflow-wrap: anywhere; }
small { color: #475467; }
"""


@dataclass(frozen=True, slots=True)
class Slip:
    """One invitation: for whom, where they live, the link, and until when it is good (local time)."""

    resident: int
    name: str
    phone: str
    community: str
    address: str
    link: str
    until: datetime


def invitation_rows(slips: Sequence[Slip], language: str) -> list[tuple[str, ...]]:
    """Header and one row each; numbers are masked."""
    rows = [
        (str(s.resident), s.name, masked(s.phone), s.community, s.address, s.link, f"{s.until:%Y-%m-%d %H:%M}")
        for s in slips
    ]
    return [tuple(label.read(language) for label in COLUMNS), *rows]


def invitation_page(slips: Sequence[Slip], language: str) -> str:
    """A page for the printer, eight slips a sheet; it needs nothing from elsewhere."""
    tag, title = "zh-Hans" if language.startswith("zh") else "en", TITLE.read(language)
    return (
        f'<!doctype html>\n<html lang="{tag}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{''.join(_slip(s, language) for s in slips)}</main>\n"
        "</body>\n</html>\n"
    )


def _slip(slip: Slip, language: str) -> str:
    who = f"{escape(slip.name)} <small>{escape(masked(slip.phone))}</small>"
    return (
        f"<article>{qr_svg(slip.link)}<div><h2>{who}</h2><p>{escape(slip.community)} {escape(slip.address)}</p>"
        f"<p>{HOW.read(language)}</p><p><small>{escape(slip.link)}</small></p>"
        f"<p><small>{ONCE.read(language).format(slip.until)}</small></p></div></article>\n"
    )

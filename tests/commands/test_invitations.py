"""Invitations as they leave the house: a list and a sheet of QR codes, each good for one resident once."""

import csv
from io import BytesIO

import pytest
from sqlalchemy import insert

from commands.house import House
from commands.settings import Settings, UsageError
from records.addresses import link
from records.invitations import InvitationRefused, accept
from records.tables import Community, Household, Resident
from run_bot import parser, run
from tests.bots.chats import now

PEOPLE = [(1, 1, "王伟", "+8611100000001", ""), (2, 1, "<b>李娜", "+8611100000002", ""),
          (3, 2, "Ann Smith", "+8611100000003", ""), (4, 2, "赵六", "+8611100000004", "moved")]  # fmt: skip


@pytest.fixture
def house(tmp_path, sqlite_store):
    with sqlite_store.transaction() as tx:
        for key, name in ((1, "桂园社区"), (2, "柳岸社区")):
            tx.execute(insert(Community), {"id": key, "district": "和安区", "subdistrict": "街道", "name": name})
            tx.execute(insert(Household), {"id": key, "community_id": key, "building": "1号楼", "unit": "101"})
        for key, household, name, phone, ineligible in PEOPLE:
            row = {"id": key, "household_id": household, "name": name, "phone": phone, "ineligible": ineligible}
            tx.execute(insert(Resident), {**row, "imported_at": now()})
    url = sqlite_store.engine.url.render_as_string()
    return House(Settings(store=url, secret="a secret of these tests alone", out=str(tmp_path)), "zh-Hans")


def invite(house, tmp_path, *arguments):
    args = parser().parse_args(["residents", "invite", *arguments, "--out", str(tmp_path / "paper")])
    assert run(args, house.settings) == 0
    with (tmp_path / "paper" / "invitations.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file)), (tmp_path / "paper" / "invitations.html").read_text(encoding="utf-8")


def code(row):
    address, _, code = next(iter(v for v in row.values() if v.startswith("https://"))).partition("?start=")
    assert address == "https://t.me/wenan_bot"
    return code


def test_list_and_sheet_hold_a_link_for_each_resident_without_a_chat(house, tmp_path):
    with house.store.transaction() as tx:
        link(tx, "telegram", "7", 1, now())
    rows, page = invite(house, tmp_path, "--bot", "@wenan_bot")
    assert [next(v for k, v in row.items() if k in ("编号", "Number")) for row in rows] == ["2", "3"]
    for row in rows:
        assert len(code(row)) <= 64
        assert code(row) in page
    assert page.count("<svg") == page.count("viewBox") == 2  # without one it is printed as small as it was drawn
    assert "<b>" not in page
    assert all(phone not in page + str(rows) for *_, phone, _ in PEOPLE)
    with house.store.transaction() as tx:
        assert accept(tx, house.seal, code(rows[0]), now()).resident_id == 2
        with pytest.raises(InvitationRefused, match="used"):
            accept(tx, house.seal, code(rows[0]), now())


def test_one_resident_or_one_community_can_be_invited(house, tmp_path):
    rows, _ = invite(house, tmp_path, "1", "--bot", "wenan_bot")
    assert len(rows) == 1
    rows, page = invite(house, tmp_path, "--community", "柳岸社区", "--bot", "wenan_bot")
    assert len(rows) == 1
    assert "Ann Smith" in page
    assert (tmp_path / "paper" / "invitations.csv").stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="nobody is to be invited"):
        invite(house, tmp_path, "--community", "没有", "--bot", "wenan_bot")
    with pytest.raises(UsageError, match="which bot"):
        invite(house, tmp_path)


def test_qr_codes_of_the_sheet_read_as_their_links():
    zxing = pytest.importorskip("zxingcpp", reason="reading QR codes needs zxing-cpp")
    import segno
    from PIL import Image

    from reports.writers.picture import qr_svg

    text = "https://t.me/wenan_bot?start=" + "a" * 60
    held = BytesIO()
    segno.make(text, error="m", micro=False).save(held, kind="png", scale=4, border=4)
    (read,) = zxing.read_barcodes(Image.open(held))
    assert read.text == text
    assert qr_svg(text) == segno.make(text, error="m", micro=False).svg_inline(
        border=4, svgclass=None, lineclass=None, omitsize=True
    )

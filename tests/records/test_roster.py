"""Rosters as offices send them: every encoding, every spelling, every mistake."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from records.roster import Rejected, RosterError, Row, import_roster, read_roster, write_rejected
from records.tables import Community, Household, Resident

EXAMPLE = Path(__file__).parents[2] / "examples" / "residents.csv"
HEADERS = ("编号", "姓名", "性别", "出生年份", "手机号", "语言", "街道", "社区", "楼栋", "房号", "与户主关系")
WANG = ("R1", "王伟", "男", "1973", "11155076401", "中文", "柳岸街道", "桂园社区", "1号楼", "101", "户主")


def changed(**cells):
    """Wang's row with other cells; the keys are the headers."""
    return tuple(cells.get(header, cell) for header, cell in zip(HEADERS, WANG, strict=True))


def text_of(*rows, headers=HEADERS):
    out = io.StringIO()
    csv.writer(out).writerows([headers, *rows])
    return out.getvalue()


def written(tmp_path, *rows, headers=HEADERS, encoding="utf-8"):
    path = tmp_path / "residents.csv"
    path.write_bytes(text_of(*rows, headers=headers).encode(encoding))
    return path


def workbook(tmp_path, *rows, title=()):
    book = Workbook()
    book.active.title = "说明"
    sheet = book.create_sheet("名册")
    for row in (*title, HEADERS, *rows):
        sheet.append(row)
    path = tmp_path / "residents.xlsx"
    book.save(path)
    return path


def one(tmp_path, **cells):
    (row,) = read_roster(written(tmp_path, changed(**cells)), 2026)
    return row


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_gives_the_same_row(tmp_path, encoding):
    (row,) = read_roster(written(tmp_path, changed(姓名="王㐂", 楼栋="🏠1号楼"), encoding=encoding))
    assert row == Row(
        number=2, roster_id="R1", name="王㐂", sex="male", birth_year=1973, phone="+8611155076401", language="zh-Hans",
        subdistrict="柳岸街道", community="桂园社区", building="🏠1号楼", unit="101", relation="head",
    )  # fmt: skip


def test_headers_in_any_order_and_language_below_a_title(tmp_path):
    headers = ("Phone Number", " ROSTER_ID ", "Full name", "Community", "Date of birth", "remarks")
    path = tmp_path / "list.csv"
    lines = ["List of residents,,,,,", "", ",".join(headers), "+44 20 7946 0018,7,Ann Lee,Riverside,1980-05-17,x"]
    path.write_text("\r\n".join(lines))
    (row,) = read_roster(path)
    assert (row.number, row.phone, row.roster_id, row.birth_year) == (4, "+442079460018", "7", 1980)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_seen(tmp_path, delimiter):
    path = tmp_path / "residents.csv"
    path.write_text(text_of(WANG).replace(",", delimiter))
    (row,) = read_roster(path)
    assert row.name == "王伟"


@pytest.mark.parametrize(
    "spelling",
    [
        "11155076401", "111 5507 6401", "111-5507-6401", "+86 111 5507 6401", "+86-111-5507-6401", "8611155076401",
        "0086 111 5507 6401", "１１１５５０７６４０１", "1.1155076401E+10", "1.1155076401e10", "11155076401.0",
        '="11155076401"', " 11155076401\u3000", "11155076401/010-62345678", "（111）5507.6401",
    ],
)  # fmt: skip
def test_every_spelling_of_a_number_is_the_same_number(tmp_path, spelling):
    assert one(tmp_path, 手机号=spelling).phone == "+8611155076401"


@pytest.mark.parametrize("spelling", ["11100001000", "+86 111 0000 1000", "8611100001000"])
def test_digits_that_look_like_a_carrier_are_kept(tmp_path, spelling):
    assert one(tmp_path, 手机号=spelling).phone == "+8611100001000"


@pytest.mark.parametrize("spelling", ["010-62345678", "+86 10 6234 5678"])
def test_fixed_line_of_beijing_is_no_cut_mobile_number(tmp_path, spelling):
    assert one(tmp_path, 手机号=spelling).phone == "+861062345678"


@pytest.mark.parametrize("size", [1_001, 200_000])
@pytest.mark.parametrize("header", ["手机号", "房号"])
def test_cell_that_is_too_long_rejects_its_row_only(tmp_path, header, size):
    bad, good = read_roster(written(tmp_path, changed(**{header: "1" * size}), changed(编号="R2")), 2026)
    assert (bad.row, bad.column, bad.reason, bad.value) == (2, header, "too_long", "")
    assert "1000" in bad.zh
    assert "1000" in bad.en
    assert good.number == 3


def test_quotation_mark_left_open_is_told_with_its_row(tmp_path):
    path = tmp_path / "residents.csv"
    rows = "".join(f"居民{n},1115507{n:04},\n" for n in range(200))
    path.write_text('姓名,手机号,备注\n王伟,11155076401,"独居\n' + rows, encoding="utf-8")
    (bad,) = read_roster(path)
    assert (bad.row, bad.column, bad.reason) == (2, "备注", "too_long")


@pytest.mark.parametrize(
    ("cells", "column", "reason", "value"),
    [
        ({"手机号": ""}, "手机号", "missing_number", ""),
        ({"手机号": "无"}, "手机号", "missing_number", ""),
        ({"手机号": "111 12"}, "手机号", "impossible_number", "*****2"),
        ({"手机号": "111-1234-5678-9012"}, "手机号", "impossible_number", "111-12********9012"),
        ({"手机号": "1115507640"}, "手机号", "impossible_number", "******7640"),
        ({"手机号": "+86 111 5507 640"}, "手机号", "impossible_number", "+86 11****** 640"),
        ({"手机号": "打给儿子"}, "手机号", "impossible_number", "***子"),
        ({"手机号": "1.11123E+10"}, "手机号", "digits_lost", "1.1112*E+10"),
        ({"姓名": " "}, "姓名", "missing", ""),
        ({"社区": ""}, "社区", "missing", ""),
        ({"语言": "火星语"}, "语言", "unknown_language", "火星语"),
        ({"出生年份": "1873"}, "出生年份", "bad_birth_year", "1873"),
        ({"出生年份": "2027"}, "出生年份", "bad_birth_year", "2027"),
        ({"出生年份": "七三年"}, "出生年份", "bad_birth_year", "七三年"),
    ],
)
def test_bad_row_is_rejected_with_its_reason_and_stops_no_other(tmp_path, cells, column, reason, value):
    path = written(tmp_path, changed(**cells), changed(编号="R2", 姓名="李娜"))
    bad, good = read_roster(path, 2026)
    assert isinstance(bad, Rejected)
    assert (bad.row, bad.column, bad.reason, bad.value) == (2, column, reason, value)
    assert bad.zh
    assert bad.en
    assert (good.number, good.name) == (3, "李娜")


@pytest.mark.parametrize(
    ("header", "text", "field", "value"),
    [
        ("出生年份", "1973-05-17", "birth_year", 1973),
        ("出生年份", "19730517", "birth_year", 1973),
        ("出生年份", "1973年5月", "birth_year", 1973),
        ("出生年份", "", "birth_year", None),
        ("语言", "", "language", "zh-Hans"),
        ("语言", "English", "language", "en"),
        ("语言", "繁體中文", "language", "zh-Hant"),
        ("性别", "F", "sex", "female"),
        ("性别", "?", "sex", ""),
        ("与户主关系", "表姐夫", "relation", "表姐夫"),
        ("姓名", "=1+1", "name", "=1+1"),
        ("姓名", "@SUM(A1)", "name", "@SUM(A1)"),
    ],
)
def test_cells_are_read_as_an_office_means_them(tmp_path, header, text, field, value):
    assert getattr(one(tmp_path, **{header: text}), field) == value


def test_family_that_shares_a_phone_is_no_duplicate_but_a_repeated_resident_is(tmp_path):
    rows = [
        WANG,
        changed(编号="R2", 姓名="李娜"),
        WANG,
        changed(编号="", 姓名="王宝"),
        changed(编号="", 姓名="王宝"),
        changed(编号="", 姓名="王宝", 房号="102"),
    ]
    found = list(read_roster(written(tmp_path, *rows)))
    assert [isinstance(row, Row) for row in found] == [True, True, False, True, False, True]
    assert (found[2].column, found[2].value, found[2].en) == ("编号", "R1", "the same resident as in row 2")
    assert (found[4].column, found[4].zh) == ("姓名", "与第 5 行重复")


def test_workbook_is_read_with_its_numbers_dates_and_titles(tmp_path):
    from datetime import datetime

    wang = changed(手机号=11155076401, 出生年份=datetime(1973, 5, 17), 房号=101.0)
    path = workbook(tmp_path, wang, (None,) * 11, changed(编号=2, 手机号="无"), title=[("桂园社区居民名册",)])
    good, bad = read_roster(path)
    assert (good.number, good.phone, good.birth_year, good.unit) == (3, "+8611155076401", 1973, "101")
    assert (bad.row, bad.reason) == (5, "missing_number")


def binary(path):
    path.write_bytes(bytes(range(256)) * 20)


def folder(path):
    path.mkdir()


def empty(path):
    path.write_bytes(b"")


def cut_workbook(path):
    whole = io.BytesIO()
    Workbook().save(whole)
    path.write_bytes(whole.getvalue()[:900])


def other_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no roster")


def old_excel(path):
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def columns_missing(path):
    path.write_text("姓名,年龄\n王伟,50\n", encoding="utf-8")


def half_a_character(path):
    path.write_bytes("姓名,手机号,社区\n王伟,11155076401,桂园".encode()[:-1] + b"\xff\n")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (binary, "is not text: .* from byte 0 on"),
        (folder, "is a folder"),
        (empty, "is empty"),
        (cut_workbook, "is not an Excel file that can be read"),
        (other_zip, "is not an Excel file that can be read"),
        (old_excel, r"old Excel format \(\.xls\)"),
        (columns_missing, "missing columns .*: 手机号$"),
        (half_a_character, "is not text: .* from byte 4"),
        (lambda path: None, "cannot be read: No such file"),
    ],
)
def test_file_that_is_no_roster_is_named_with_the_place(tmp_path, make, said):
    path = tmp_path / "residents.dat"
    make(path)
    with pytest.raises(RosterError, match=said) as caught:
        list(read_roster(path))
    assert str(path) in str(caught.value)


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), max_size=11), max_size=5))
def test_whatever_stands_in_the_cells_each_row_is_good_or_rejected(tmp_path_factory, rows):
    path = written(tmp_path_factory.mktemp("any"), *rows)
    if "\0" in text_of(*rows):
        with pytest.raises(RosterError, match="not text"):
            list(read_roster(path))
    else:
        assert len(list(read_roster(path))) <= len(rows)


def test_rejected_rows_are_written_for_excel_and_never_as_a_formula(tmp_path):
    rejected = list(read_roster(written(tmp_path, changed(语言="=1+1"), changed(手机号="+86 111 1234 5678 9012"))))
    path = write_rejected(tmp_path / "rejected.csv", rejected)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["行号 Row", "列 Column", "内容 Value", "原因", "Reason"]
    assert [row[:3] for row in rows] == [["2", "语言", "'=1+1"], ["3", "手机号", "'+86 11************9012"]]


def residents(store):
    with store.session() as session:
        return {r.name: r for r in session.query(Resident)}


def test_example_is_imported_but_for_its_bad_rows_and_not_doubled(store, now):
    first = import_roster(store, EXAMPLE, now)
    assert (first.added, first.updated) == (2000, 0)
    assert {(r.row, r.reason) for r in first.rejected} == {
        (961, "missing_number"), (1421, "missing_number"), (1934, "digits_lost"), (1998, "impossible_number"),
        (1537, "unknown_language"), (1823, "unknown_language"), (1814, "duplicate"), (1914, "duplicate"),
    }  # fmt: skip
    second = import_roster(store, EXAMPLE, now)
    assert (second.added, second.updated, len(second.rejected)) == (0, 2000, 8)
    with store.session() as session:
        assert session.query(Resident).count() == 2000
        assert session.query(Community).count() == 12
        assert session.query(Household).count() == len(set(session.query(Resident.household_id)))


def test_second_import_updates_what_changed(store, now, tmp_path):
    without_id = changed(编号="", 姓名="李娜")
    import_roster(store, written(tmp_path, WANG, without_id), now)
    before = residents(store)
    changes = [changed(手机号="11155070000", 房号="102"), changed(编号="R2", 姓名="李娜", 语言="英文")]
    result = import_roster(store, written(tmp_path, *changes), now)
    after = residents(store)
    assert (result.added, result.updated) == (0, 2)
    assert after["王伟"].id == before["王伟"].id
    assert (after["王伟"].phone, after["李娜"].roster_id, after["李娜"].language) == ("+8611155070000", "R2", "en")
    assert after["王伟"].household_id != before["王伟"].household_id
    third = import_roster(store, written(tmp_path, without_id), now)
    assert (third.updated, residents(store)["李娜"].roster_id) == (1, "R2")


def test_two_ids_with_the_same_name_and_door_are_two_people(store, now, tmp_path):
    import_roster(store, written(tmp_path, WANG), now)
    result = import_roster(store, written(tmp_path, changed(编号="R9")), now)
    assert (result.added, result.updated) == (1, 0)


def test_progress_is_told_and_both_formats_agree(sqlite_store, now, tmp_path):
    told = []
    rows = [changed(编号=f"R{n}", 姓名=f"居民{n}") for n in range(30)]
    import_roster(sqlite_store, written(tmp_path, *rows), now, told.append)
    assert told == [30]
    again = import_roster(sqlite_store, workbook(tmp_path, *rows), now)
    assert (again.added, again.updated) == (0, 30)

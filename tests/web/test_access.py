"""Who may see and do what: every route is walked, by strangers, by members of another place, and by lower roles."""

import http.client
import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute

from records.staff import change_member, close_member, member_named
from records.tables import Campaign, FollowUp
from tests.web.town import GUIYUAN, PASSWORD, SONGYUAN, token
from web.access import IDLE, LONGEST

OPEN = {"/sign-in", "/api/sign-in", "/r/{token}", "/r/{token}/code", "/r/{token}/code.png", "/code", "/code/{token}",
        "/static/report.css", "/favicon.ico", "/api/openapi.json"}  # fmt: skip
DEEDS = {"deed": ("launch", "cancel"), "step": ("note", "close")}


def routes(routes_):
    """All paths with their methods, those of included routers too."""
    for route in routes_:
        if isinstance(route, APIRoute):
            yield from ((route.path, method) for method in sorted(route.methods))
        elif hasattr(route, "original_router"):
            yield from routes(route.original_router.routes)


def filled(path, number, place):
    """The path with a number for each of its ids, and something for the rest."""
    parts = {"number": str(number), "deed": "pause", "step": "note", "name": "line_list.csv", "key": "overview",
             "version": "1"}  # fmt: skip
    return re.sub(r"{(\w+)}", lambda part: parts[part[1]], path)


def all_routes(town):
    found = sorted(set(routes(town.app.routes)))
    assert len(found) > 40, "the walk does not find the routes"
    return found


def test_stranger_gets_nothing_but_the_open_pages(town):
    browser = town.browser()
    for path, method in all_routes(town):
        if path in OPEN:
            continue
        answer = browser.request(method, filled(path, 1, ""))
        expected = {401} if path.startswith("/api/") else {303}
        assert answer.status_code in expected | ({403} if method == "POST" else set()), (path, answer.status_code)
        assert GUIYUAN not in answer.text
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/sign-in")


OF_PLACE = {"residents": "people", "conversations": "talks", "follow-ups": "tasks"}


def test_no_id_of_another_place_opens_anything(town):
    """The same pages open with the ids of one's own place, so that it is the place that closes them."""
    browser = town.browser("gui-administrator")
    town.record()
    tried = 0
    for path, method in all_routes(town):
        kind = path.removeprefix("/api").split("/")[1]
        if "{number}" not in path or kind not in OF_PLACE:
            continue
        ids = getattr(town, OF_PLACE[kind])
        data = {"csrf": token(browser, "/account"), "words": "x"}
        more = {"json": {"words": "x"}} if path.startswith("/api") else {"data": data}
        send = {"headers": {"x-csrf-token": data["csrf"]}, **more} if method == "POST" else {}
        other = browser.request(method, filled(path, ids[SONGYUAN], ""), **send)
        assert other.status_code == 404, (path, other.status_code)
        assert "松苑" not in other.text
        own = browser.request(method, filled(path, ids[GUIYUAN], ""), **send)
        assert own.status_code in (200, 204, 303), (path, own.status_code)
        tried += 1
    assert tried >= 5
    assert {row.note for row in town.rows(FollowUp, FollowUp.id == town.tasks[SONGYUAN])} == {""}


def test_lists_and_files_hold_nobody_of_another_place(town):
    mine, all_ = town.browser("gui-administrator"), town.browser("boss")
    pages = ["/", f"/overview?community={SONGYUAN}", "/overview?level=district", "/residents", "/follow-ups",
             "/residents?figure=symptomatic", f"/residents?community={SONGYUAN}", "/campaigns/1", "/wall",
             "/campaigns/1/files/line_list.csv", "/campaigns/1/files/follow_up.csv", "/campaigns/1/files/report.html",
             "/api/campaigns/1/line-list", "/api/campaigns/1/tables", "/api/follow-ups", "/campaigns/new"]  # fmt: skip
    for page in pages:
        seen = mine.get(page)
        assert seen.status_code == 200, page
        text = re.sub(r'name="community" value="[^"]*"|next" value="[^"]*"|aria-current="true">[^<]*', "", seen.text)
        assert not re.search(r"松苑社区|松苑密友|竹庭社区|words of 松苑", text.replace(quote(SONGYUAN), "")), page
    whole = all_.get("/campaigns/1/files/line_list.csv").text
    assert "松苑密友" in whole
    assert SONGYUAN in all_.get("/").text


def test_campaign_elsewhere_is_not_there_and_one_that_reaches_further_is_not_theirs(town):
    with town.store.session() as session:
        session.add_all(
            Campaign(name=name, script="daily_check", script_version=1, plan={}, place=place, state="running",
                     created_at=town.at)
            for name, place in (("elsewhere", {"community": SONGYUAN}), ("theirs", {"community": [GUIYUAN]}))
        )  # fmt: skip
        session.commit()
    browser = town.browser("gui-staff")
    assert browser.get("/campaigns/3").status_code == 404
    assert "elsewhere" not in browser.get("/campaigns").text
    assert town.post(browser, "/campaigns/3/pause").status_code == 404
    assert town.post(browser, "/campaigns/1/cancel").status_code == 403  # it is the whole town's
    assert town.post(browser, "/campaigns/4/pause").status_code == 303
    assert [row.state for row in town.rows(Campaign)] == ["completed", "running", "running", "paused"]
    wide = {"name": "wide", "script": "daily_check", "lines": 2, "community": [GUIYUAN, SONGYUAN]}
    assert town.post(browser, "/campaigns/new", **wide).status_code == 403
    assert len(town.rows(Campaign)) == 4
    town.post(browser, "/campaigns/new", name="own", script="daily_check", lines=2)
    assert town.rows(Campaign)[-1].place == {"community": [GUIYUAN]}


@pytest.mark.parametrize(
    ("login", "method", "path", "status"),
    [
        ("gui-worker", "GET", "/trail", 403),
        ("staff", "GET", "/trail", 403),
        ("boss", "GET", "/trail", 200),
        ("gui-worker", "GET", "/campaigns/new", 403),
        ("gui-worker", "GET", "/roster", 403),
        ("gui-worker", "POST", "/campaigns/1/pause", 403),
        ("gui-worker", "GET", "/campaigns/1/files/line_list.csv?full=true", 403),
        ("gui-worker", "GET", "/api/campaigns/1/line-list?full=true", 403),
        ("gui-worker", "GET", "/campaigns/1/files/line_list.csv", 200),
        ("staff", "GET", "/campaigns/1/files/line_list.csv?full=true", 200),
    ],
)
def test_role_decides(town, login, method, path, status):
    browser = town.browser(login)
    answer = town.post(browser, path) if method == "POST" else browser.get(path)
    assert answer.status_code == status


def test_numbers_are_masked_unless_role_and_wish_agree(town):
    worker, staff = town.browser("gui-worker"), town.browser("staff")
    whole = re.compile(r"\b1115\d{7}\b")
    person, task = town.people[GUIYUAN], town.tasks[GUIYUAN]
    for page in ("/residents", f"/residents/{person}?phone=true", "/follow-ups", f"/follow-ups/{task}",
                 "/campaigns/1/files/line_list.csv"):  # fmt: skip
        assert not whole.search(worker.get(page).text), page
    assert whole.search(worker.get(f"/follow-ups/{task}?phone=true").text)  # the one that is to be called
    assert whole.search(staff.get(f"/residents/{person}?phone=true").text)
    assert whole.search(staff.get("/campaigns/1/files/line_list.csv?full=true").text)
    assert ("saw number", f"follow-up {task}") in town.deeds()
    assert ("saw number", f"resident {person}") in town.deeds()


def test_every_view_of_persons_and_every_deed_is_in_the_trail(town):
    browser, person, task = town.browser("gui-staff"), town.people[GUIYUAN], town.tasks[GUIYUAN]
    for page in ("/residents?figure=fever", f"/residents/{person}", f"/conversations/{town.talks[GUIYUAN]}",
                 "/follow-ups", "/campaigns/1/files/line_list.csv"):  # fmt: skip
        assert browser.get(page).status_code == 200, page
    town.post(browser, f"/follow-ups/{task}/note", words="seen")
    expected = [("saw residents", "campaign 1"), ("saw resident", f"resident {person}"),
                ("saw conversation", f"conversation {town.talks[GUIYUAN]}"), ("saw follow-ups", "follow-ups"),
                ("downloaded", "campaign 1"), ("noted", f"follow-up {task}")]  # fmt: skip
    assert [deed for deed in town.deeds() if deed in expected] == expected
    shown = town.browser("boss").get("/trail").text
    assert "gui-staff" in shown
    assert f"conversation {town.talks[GUIYUAN]}" in shown


# sessions


def test_session_ends_with_what_it_was_given_for(town):
    for change in ({"role": "administrator"}, {"password": "another password"}, {"place": {}}, None):
        browser = town.browser("gui-worker")
        assert browser.get("/residents").status_code == 200
        with town.store.transaction() as tx:
            member = member_named(tx, "gui-worker")
            if change is None:
                close_member(tx, member.id, town.at)
            else:
                change_member(tx, member.id, **change)
        assert browser.get("/residents").status_code == 303
        if change is not None:
            with town.store.transaction() as tx:
                change_member(tx, member.id, password=PASSWORD)


def test_signing_out_makes_every_copy_of_the_cookie_worthless(town):
    browser = town.browser("staff")
    stolen = browser.cookies["wenan_session"]
    assert town.post(browser, "/sign-out").headers["location"] == "/sign-in"
    assert "wenan_session" not in browser.cookies
    assert town.browser(cookies={"wenan_session": stolen}).get("/residents").status_code == 303


def test_session_grows_old(town):
    browser = town.browser("staff")
    began = town.at
    town.at += IDLE - timedelta(minutes=1)
    assert browser.get("/residents").status_code == 200  # and is kept alive by it
    town.at += IDLE - timedelta(minutes=1)
    assert browser.get("/residents").status_code == 200
    kept = browser.cookies["wenan_session"]
    town.at += IDLE + timedelta(minutes=1)
    assert town.browser(cookies={"wenan_session": kept}).get("/residents").status_code == 303
    busy = town.browser("staff")
    start = town.at
    while town.at - start < LONGEST:
        assert busy.get("/account").status_code == 200
        town.at += timedelta(minutes=50)
    assert busy.get("/account").status_code == 303
    assert town.at > began


def test_forged_session_is_no_session(town):
    real = town.browser("gui-worker").cookies["wenan_session"]
    boss = town.seal.sign("wenan_form", 1, 0, "nonce", int(town.at.timestamp()), int(town.at.timestamp()))
    for forged in (
        "",
        "x",
        real[:-9] + ("A" if real[-9] != "A" else "B") + real[-8:],
        "A" + real,
        boss,
        real + "é".encode().hex(),
    ):
        assert town.browser(cookies={"wenan_session": forged}).get("/residents").status_code == 303


def test_session_planted_before_signing_in_is_not_the_one_afterwards(town):
    attacker = town.browser("gui-worker")
    planted = attacker.cookies["wenan_session"]
    victim = town.browser(cookies={"wenan_form": "planted by somebody"})
    form = token(victim)
    assert town.sign_in(victim, "boss").status_code == 303
    assert victim.cookies["wenan_session"] not in (planted, "")
    assert victim.post("/language", data={"csrf": form, "language": "en"}).status_code == 403  # the form of before


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(town):
    for scheme in ("http", "https"):
        browser = town.browser(headers={"x-forwarded-proto": scheme})
        page = browser.get("/sign-in")
        given = {"csrf": re.search(r'name="csrf" value="([^"]+)"', page.text)[1], "login": "staff"}
        own = page.headers["set-cookie"].split(";")[0]  # a secure one is not sent back over this plain connection
        signed_in = browser.post("/sign-in", data={**given, "password": PASSWORD}, headers={"cookie": own})
        assert signed_in.status_code == 303
        cookie = signed_in.headers["set-cookie"]
        assert cookie.startswith("wenan_session=")
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) == (scheme == "https")
        assert ("strict-transport-security" in browser.get("/sign-in").headers) == (scheme == "https")


# forms


def test_every_form_needs_the_token_of_its_own_session(town):
    browser, other = town.browser("boss"), town.browser("staff")
    foreign = token(other, "/account")
    forged = [None, "", "x", foreign, town.seal.sign("notice", 1)]
    tried = 0
    for path, method in all_routes(town):
        if method != "POST" or path in ("/r/{token}", "/api/sign-in"):
            continue
        for given in forged:
            headers = {} if given is None else {"x-csrf-token": given} if path.startswith("/api") else {}
            data = {} if given is None else {"csrf": given}
            answer = browser.post(filled(path, 1, ""), data=data, headers=headers)
            assert answer.status_code == 403, (path, given, answer.status_code)
        tried += 1
    assert tried >= 10


def test_cookie_of_strange_signs_is_no_fault_of_ours(town):
    browser = town.browser(headers={"cookie": "wenan_form=é; wenan_session=ü".encode()})
    assert browser.post("/sign-in", data={"csrf": town.seal.sign("wenan_form", "é")}).status_code in (401, 403)


def test_form_of_another_site_is_refused_before_it_is_read(town):
    browser = town.browser("boss")
    form = token(browser, "/account")
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        answer = browser.post("/language", data={"csrf": form, "language": "en"}, headers=headers)
        assert answer.status_code == 403, headers
    own = browser.post("/language", data={"csrf": form, "language": "en"}, headers={"origin": town.url})
    assert own.status_code == 303


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_on_to_another_site(town, next):
    browser = town.browser()
    assert town.sign_in(browser, "staff", next=next).headers["location"] == "/"


# guessing


def test_guesser_is_locked_out_of_the_account_and_then_from_all_of_them(town):
    browser = town.browser()
    said = [town.sign_in(browser, "staff", f"guess number {n}").status_code for n in range(5)]
    assert said == [401] * 5
    locked = town.sign_in(browser, "staff", PASSWORD)
    assert locked.status_code == 401
    assert "locked" in locked.text
    known, unknown = town.sign_in(browser, "boss", "wrong"), town.sign_in(browser, "nobody", "wrong")
    assert known.text.replace("boss", "") == re.sub("nobody", "", unknown.text)  # nobody learns which names there are
    for n in range(20):
        last = town.sign_in(browser, f"name {n}", "one password for many names")
    assert last.status_code == 429
    assert town.sign_in(browser, "boss", PASSWORD).status_code == 429
    assert browser.post("/api/sign-in", json={"login": "boss", "password": PASSWORD}).status_code == 429


# what every page is sent with


def test_pages_forbid_inline_script_framing_and_keeping(town):
    browser = town.browser("boss")
    for path, method in all_routes(town):
        if method != "GET" or path.endswith("/live") or "{token}" in path:
            continue
        answer = browser.get(filled(path, 1, ""))
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        if not path.startswith("/static"):
            assert answer.headers["cache-control"] == "no-store", path
        if "text/html" in answer.headers.get("content-type", "") and "files" not in path:
            assert not re.search(r"<script(?! src=)|\son\w+=|<style|style=|javascript:", answer.text), path


def test_static_files_are_those_of_the_folder(town):
    browser = town.browser()
    for name in ("console.css", "console.js", "chat.css", "chat.js", "report.css"):
        answer = browser.get(f"/static/{name}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "max-age=3600"


UPWARDS = ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "....//", "..%252f", "%c0%ae%c0%ae/", "..;/", "/")
INSIDE = ("the secret of this folder", "root:x:", "from __future__", "{% block", "SQLite format")


def as_written(town, path, cookie):
    """The answer to a path that is sent as it is: what a browser, and httpx, would tidy up before."""
    connection = http.client.HTTPConnection(town.url.removeprefix("http://"), timeout=10)
    connection.putrequest("GET", path)
    connection.putheader("cookie", cookie)
    connection.endheaders()
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, text


def test_no_path_leads_out_of_its_folder(town):
    for folder in (town.folder, town.folder.parent, town.office.out):
        folder.mkdir(exist_ok=True)
        (folder / "secret.txt").write_text(INSIDE[0])
    boss = town.browser("boss")
    cookie = "; ".join(f"{name}={value}" for name, value in boss.cookies.items())
    assert as_written(town, "/overview", cookie)[0] == 200  # the cookie is good
    before_parts = {path.partition("{")[0] for path, method in all_routes(town) if method == "GET" and "{" in path}
    assert len(before_parts) > 8
    for base in sorted({"/static/", "/campaigns/1/files/", *before_parts}):
        for way in UPWARDS:
            for steps in (1, 2, 4, 12):
                for name in ("secret.txt", "app.py", "web/app.py", "etc/passwd", "templates/base.html", "town.sqlite"):
                    status, text = as_written(town, f"{base}{way * steps}{name}", cookie)
                    assert status in (303, 307, 404, 405, 422), (base, way, steps, name, status)
                    assert not [word for word in INSIDE if word in text], (base, way, steps, name)
    for path in ("/static/console.css%00.html", "/static/%00", "/reports/files/report.xlsx%00", "/static//etc/passwd",
                 "/campaigns/1/files/line_list.csv%00.html", "/dialogs/daily_check%00", "//etc/passwd",
                 "/reports/files/table.csv?campaign=1&table=../../secret.txt"):  # fmt: skip
        assert as_written(town, path, cookie)[0] == 404, path
    assert as_written(town, "/static/console.css", cookie)[0] == 200


def test_strange_values_are_refused_and_not_shown(town):
    browser = town.browser("boss")
    for path in ("/residents/99999999999999999999999", "/residents/-1", "/conversations/0", "/campaigns/77",
                 "/residents?figure=wings", "/residents?campaign=9999999999999999999999", "/residents?first=-5",
                 "/residents/abc", "/follow-ups/1e3", "/nowhere", "/api/nowhere"):  # fmt: skip
        assert browser.get(path).status_code in (404, 422), path


def test_fault_says_nothing_of_what_went_wrong(town, caplog):
    browser = town.browser("boss")
    secret = "13800138000 secret words"

    def broken():
        raise RuntimeError(secret)

    object.__setattr__(town.office, "clock", broken)
    page = f"/r/{town.seal.sign('notice', 1)}"
    for path in ("/overview", page):
        answer = browser.get(path)
        assert answer.status_code == 500
        assert secret not in answer.text
        assert "Traceback" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "RuntimeError at" in caplog.text
    assert secret not in caplog.text
    assert page.removeprefix("/r/") not in caplog.text

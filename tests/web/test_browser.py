"""A worker's and a resident's walk in a real Chromium: nothing is fetched from elsewhere, nothing fails unseen."""

import os
import re
import shutil
from contextlib import contextmanager

import docx
import openpyxl
import pytest
from sqlalchemy import select, update

from records.rounds import launch_round
from records.staff import add_member
from records.tables import Campaign, FollowUp, Record, Resident
from tests.web.town import GUIYUAN, PASSWORD
from web import live

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is missing: pip install 'wenan[browser]'")
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore")]

CHROMIUM = os.environ.get("WENAN_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 640}
ROSTER = """编号,姓名,电话,区,街道,社区,楼栋,房号
N1,王小明,13900000001,和安区,柳岸街道,桂园社区,1号楼,101
N2,李四,12,和安区,柳岸街道,桂园社区,1号楼,102
N3,,13900000003,和安区,柳岸街道,桂园社区,1号楼,103
"""
WORDS = {
    "en": {"sign in": "Sign in", "look": "Look through it first", "load": "Load the good rows", "added": "1 added",
           "make": "Make a draft, and look at it first", "launch": "Launch", "take": "I take it", "hand": "In hand",
           "out": "Sign out", "begin": "Begin", "send": "Send", "simulate": "Simulate", "made up": "made up",
           "can": "It can be done", "simulated": "(simulated)"},
    "zh-Hans": {"sign in": "登录", "look": "先看一看", "load": "导入可用的行", "added": "新增 1 人",
                "make": "建立草稿并预览", "launch": "启动", "take": "我来办", "hand": "办理中", "out": "退出",
                "begin": "开始", "send": "发送", "simulate": "模拟", "made up": "编造", "can": "能打完",
                "simulated": "（模拟）"},
}  # fmt: skip


@pytest.fixture(scope="module")
def chromium():
    if not CHROMIUM:
        pytest.skip("no chromium here: install it (Debian: apt install chromium), or name it in WENAN_TEST_CHROMIUM")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@contextmanager
def page_of(chromium, town, language="en", size=DESK):
    """A page whose every request stays with us, and whose console holds no error."""
    locale = "zh-CN" if language.startswith("zh") else "en-GB"
    context = chromium.new_context(base_url=town.url, locale=locale, viewport=size)
    context.set_default_timeout(15_000)
    asked, wrong = [], []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    yield (page := context.new_page())
    page.goto("about:blank")  # ends what is watched
    context.close()
    assert [url for url in asked if not url.startswith((town.url, "data:", "about:"))] == []
    assert len(asked) > 2
    assert wrong == []


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(live, "EVERY", 0.1)
    monkeypatch.setattr(live, "REST", 0)


def sign_in(page, login, words):
    page.goto("/sign-in")
    page.locator('input[name="login"]').fill(login)
    page.locator('input[name="password"]').fill(PASSWORD)
    page.get_by_role("button", name=words["sign in"]).click()
    page.wait_for_url("**/")


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_worker_loads_a_roster_simulates_launches_watches_downloads_and_follows_up(
    chromium, town, quick, tmp_path, language
):
    words, login = WORDS[language], f"w-{language.lower()}"
    with town.store.transaction() as tx:
        add_member(tx, login, name="Wang", role="staff", password=PASSWORD, now=town.at, language=language)
    with page_of(chromium, town, language) as page:
        sign_in(page, login, words)
        bring_roster(page, words, dropped=language == "en")
        assert page.locator(".card .figure").all_inner_texts() == ["1", "2"]
        page.get_by_role("button", name=words["load"]).click()
        playwright.expect(page.get_by_role("status")).to_contain_text(words["added"])
        make(page, words)
        simulate(page, town, words)
        watch(page, town, launch(page, words))
        follow_a_figure(page)
        open_downloads(page, tmp_path, language)
        page.goto(f"/conversations/{town.talks[GUIYUAN]}")
        assert "38.6" in page.locator("main").inner_text()
        page.goto(f"/follow-ups/{town.tasks[GUIYUAN]}")
        page.get_by_role("button", name=words["take"]).click()
        page.goto("/follow-ups")
        column = page.get_by_role("region", name=words["hand"])
        playwright.expect(column.locator(f'a[href="/follow-ups/{town.tasks[GUIYUAN]}"]')).to_be_visible()
        page.get_by_role("button", name=words["out"]).click()
        page.goto("/overview")
        assert "/sign-in" in page.url
    assert town.rows(FollowUp, FollowUp.id == town.tasks[GUIYUAN])[0].assignee == "Wang"


def bring_roster(page, words, dropped):
    """A file that is dropped is looked through at once, one that is chosen by the button."""
    page.goto("/roster")
    if dropped:
        file = page.evaluate_handle(
            "text => { const all = new DataTransfer(); all.items.add(new File([text], '名册.csv')); return all; }",
            ROSTER,
        )
        page.dispatch_event("form[data-drop]", "dragover", {"dataTransfer": file})
        page.dispatch_event("form[data-drop]", "drop", {"dataTransfer": file})
        page.wait_for_selector(".card .figure")
        return
    file = {"name": "名册.csv", "mimeType": "text/csv", "buffer": ROSTER.encode()}
    page.set_input_files('input[type="file"]', file)
    page.get_by_role("button", name=words["look"]).click()


def make(page, words):
    page.goto("/campaigns/new")
    page.locator('input[name="name"]').fill("四月 April")
    page.get_by_label(GUIYUAN).first.check()
    page.get_by_role("button", name=words["make"]).click()
    page.wait_for_url(re.compile(r"/campaigns/\d+$"))


def simulate(page, town, words):
    """Tried out on made-up people: the page says so, shows figures of theirs, and nothing real has changed."""
    before, draft = len(town.rows(Record)), page.url
    page.get_by_role("button", name=words["simulate"], exact=True).click()
    page.wait_for_selector("section#by_community", timeout=30_000)  # the page looks again by itself
    playwright.expect(page.get_by_role("note")).to_contain_text(words["made up"])
    playwright.expect(page.get_by_role("status")).to_contain_text(words["can"])
    assert words["simulated"] in page.locator("section#by_community h2").inner_text()
    assert page.locator("dd[data-key=residents]").inner_text() != "0"
    assert len(town.rows(Record)) == before
    page.goto(draft)


def launch(page, words):
    page.get_by_role("button", name=words["launch"], exact=True).click()
    page.wait_for_selector("#live")
    return int(page.url.rsplit("/", 1)[1])


def watch(page, town, number):
    """What a worker process would write is written here; the page shows it without being loaded again."""
    (campaign,) = town.rows(Campaign, Campaign.id == number)
    page.evaluate("window.here = 1")
    with town.store.transaction() as tx:
        if not town.rows(Record, Record.campaign_id == number):
            launch_round(tx, number, 0, place=campaign.place, day=town.at.date(), due_at=town.at)
        ill = tx.execute(select(Record.id).where(Record.campaign_id == number).limit(1)).scalar_one()
        told = {
            "status": "symptomatic",
            "temperature_c": 41.7,
            "fever": True,
            "reported_at": town.at,
            "present": 2,
            "changed_at": town.at,
        }
        tx.execute(update(Record).where(Record.id == ill).values(**told))
    playwright.expect(page.locator("#newest")).to_contain_text("41.7")
    playwright.expect(page.locator('[data-key="fever"]')).to_have_text("1")
    assert page.evaluate("window.here") == 1
    told = re.compile(r"(With fever|发热) 1\b")  # for a screen reader
    playwright.expect(page.locator("#told")).to_contain_text(told, timeout=20_000)


def follow_a_figure(page):
    """From the overview to a community, to those whom one of its figures counts, to one of them."""
    page.goto("/overview?campaign=1&level=community")
    page.get_by_role("link", name=GUIYUAN, exact=True).click()
    page.wait_for_url(re.compile("community="))
    figure = page.locator("dd[data-key=reported] a")
    number = figure.inner_text()
    figure.click()
    assert page.locator(".number").first.inner_text() == number
    page.locator('td a[href^="/residents/"]').first.click()
    page.wait_for_url(re.compile(r"/residents/\d+"))


def open_downloads(page, folder, language):
    """Files are fetched by their links and opened; what stands in them stands on the page."""
    page.goto("/reports?campaign=1")
    reported = page.locator(".cards dd[data-key=reported]").inner_text().replace(",", "")
    shown = [row.split("\t") for row in page.locator("#by_community tr").all_inner_texts()]
    book = openpyxl.load_workbook(download(page, "report.xlsx", folder))
    title = page.locator("#by_community h2").inner_text()
    heads, *rows = [[cell.value for cell in row] for row in book[title].iter_rows()]
    assert str(book.worksheets[0]["B3"].value) == reported
    names = shown[0]
    assert [row[1].strip() for row in shown[1:-1]] == [row[1] for row in rows[: len(shown) - 2]]
    column, held = names.index(names[3]), heads.index(names[3].strip())
    told = [row[column].split()[0] for row in shown[1:]]
    assert len(told) > 10
    assert told == [f"{row[held]:,}" for row in rows[: len(told)]]
    document = docx.Document(download(page, "feedback.docx", folder))
    assert any(reported in paragraph.text.replace(",", "") for paragraph in document.paragraphs)
    people = download(page, "line_list.csv", folder).read_text("utf-8-sig").splitlines()
    assert people[0].startswith("编号" if language == "zh-Hans" else "Number")
    assert "****" in people[1]


def download(page, name, folder):
    """The file behind the first link of this name, as it was saved."""
    with page.expect_download() as coming:
        page.locator(f'.files a[href*="/{name}?"]').first.click()
    assert coming.value.suggested_filename.endswith(name)
    coming.value.save_as(folder / name)
    return folder / name


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_resident_answers_on_a_telephone(chromium, town, language):
    words, resident = WORDS[language], town.people[GUIYUAN] + 1
    with town.store.transaction() as tx:
        tx.execute(update(Resident).where(Resident.id == resident).values(language=language))
    with page_of(chromium, town, language, PHONE) as page:
        page.goto(town.link(resident))
        page.get_by_role("button", name=words["begin"]).click()
        page.evaluate("window.list = document.querySelector('ol[aria-live=polite]')")
        for said in ("36.5", *(("I feel fine", "no") if language == "en" else ("没有不舒服", "没有")), *["no"] * 8):
            if not page.locator("#words").count():
                break
            before = page.locator("li.we").count()
            page.locator("#words").fill(said)
            if language == "en":
                page.locator("#words").press("Enter")  # also where there are buttons, and none is pressed by it
            else:
                page.get_by_role("button", name=words["send"], exact=True).click()
            page.wait_for_function("n => document.querySelectorAll('li.we').length > n", arg=before)
            assert page.locator("li.they").last.inner_text().endswith(said)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("window.list.isConnected")  # it grew where it was, and so was read out
        playwright.expect(page.locator("p.done")).to_be_visible()
        assert page.locator("li.they").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 18
    (record,) = town.rows(Record, Record.resident_id == resident, Record.channel == "web")
    assert record.temperature_c == 36.5


SEEN = """() => { const e = document.activeElement, s = getComputedStyle(e);
  return e === document.body || s.outlineStyle !== 'none' || s.boxShadow !== 'none'; }"""


def tab_to(page, selector):
    """Presses Tab until the element has the focus; each stop on the way can be seen."""
    for _ in range(120):
        page.keyboard.press("Tab")
        assert page.evaluate(SEEN)
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def test_follow_up_is_taken_and_noted_by_keyboard_alone(chromium, town):
    task = town.tasks[GUIYUAN]
    with page_of(chromium, town) as page:
        page.goto(f"/sign-in?next=/follow-ups/{task}")
        page.keyboard.type("gui-worker")  # it has the focus
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{town.url}/follow-ups/{task}")
        tab_to(page, f'form[action="/follow-ups/{task}/assign"] button.main')
        with page.expect_navigation():
            page.keyboard.press("Enter")
        tab_to(page, 'textarea[name="words"]')
        page.keyboard.type("敲过门 knocked")
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "knocked" in page.locator("main").inner_text()
    (kept,) = town.rows(FollowUp, FollowUp.id == task)
    assert kept.assignee == "Gui worker"


PAGES = ("/sign-in", "/", "/reports", "/residents", "/residents/{resident}", "/conversations/{talk}", "/follow-ups",
         "/follow-ups/{task}", "/campaigns", "/campaigns/new", "/campaigns/1", "/roster", "/wall", "/trail", "/account",
         "/dialogs", "/accounts", "/campaigns/1/reread", "{chat}")  # fmt: skip
FAULTS = """() => {
  const shown = e => e.getClientRects().length > 0;
  const faults = [];
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!e.labels?.length && !e.getAttribute('aria-label')) faults.push('no label: ' + e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll('a, button'))
    if (shown(e) && !e.textContent.trim() && !e.getAttribute('aria-label'))
      faults.push('no name: ' + e.outerHTML.slice(0, 80));
  let last = 0;
  for (const h of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
    const level = Number(h.tagName[1]);
    if (level > last + 1) faults.push(`h${last} is followed by h${level}: ${h.textContent.slice(0, 30)}`);
    last = level;
  }
  if (document.querySelectorAll('h1').length !== 1) faults.push(`${document.querySelectorAll('h1').length} h1`);
  if (!document.documentElement.lang) faults.push('no lang');
  if (document.querySelectorAll('main').length !== 1) faults.push('no main');
  if (!document.title.trim()) faults.push('no title');
  for (const e of document.querySelectorAll('img:not([alt])')) faults.push('no alt: ' + e.src);
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) faults.push('id twice: ' + id);
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`${document.documentElement.scrollWidth} wide`);
  return faults;
}"""


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "telephone"])
def test_pages_are_labelled_ordered_and_fit(chromium, town, size):
    at = {"resident": town.people[GUIYUAN], "talk": town.talks[GUIYUAN], "task": town.tasks[GUIYUAN],
          "chat": town.link(town.people[GUIYUAN])}  # fmt: skip
    faults = {}
    with page_of(chromium, town, size=size) as page:
        for path in PAGES:
            if path == "/":
                sign_in(page, "boss", WORDS["en"])
            page.goto(path.format(**at))
            if found := page.evaluate(FAULTS):
                faults[path] = found
    assert faults == {}


NAMED = {"link", "button", "textbox", "combobox", "checkbox", "radio", "spinbutton", "searchbox", "Date", "region",
         "navigation", "heading", "columnheader", "image", "img"}  # fmt: skip


def heard(page):
    """What a screen reader is given of a page: (role, name) in its order."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}

    def walk(node):
        if not node["ignored"]:
            yield node["role"]["value"], node.get("name", {}).get("value", "").strip()
        for child in node.get("childIds", ()):
            yield from walk(by_id[child])

    return list(walk(nodes[0]))


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_screen_reader_is_given_names_and_an_order(chromium, town, language):
    at = {"resident": town.people[GUIYUAN], "talk": town.talks[GUIYUAN], "task": town.tasks[GUIYUAN],
          "chat": f"{town.link(town.people[GUIYUAN])}?language={language}"}  # fmt: skip
    with town.store.transaction() as tx:
        add_member(tx, "reader", name="R", role="administrator", password=PASSWORD, now=town.at, language=language)
    with page_of(chromium, town, language) as page:
        for path in PAGES:
            if path == "/":
                sign_in(page, "reader", WORDS[language])
            page.goto(path.format(**at))
            tree = heard(page)
            roles = [role for role, _ in tree]
            assert [role for role, name in tree if role in NAMED and not name] == [], path
            assert roles.count("main") == 1, path
            assert roles.index("main") < roles.index("heading") or path == "{chat}", path
            if path not in ("/sign-in", "{chat}"):
                assert page.locator("html").get_attribute("lang").startswith(language[:2]), path
                assert tree[1][0] == "link", path  # to the content, past the menu
                assert roles.index("banner") < roles.index("navigation") < roles.index("main"), path
            figures = [name for role, name in tree if role == "link" and re.fullmatch(r"[\d,]+", name)]
            assert path != "/wall" or not figures, figures  # a figure alone says nothing

"""The page of pgo-report --format html in headless Chromium. It leaves screenshots in the build tree: tests/screenshots."""

import os
import pathlib

import pytest
from selenium.webdriver.common.keys import Keys

from pgoprof_testing import browser as browsers
from pgoprof_testing import profiles
from pgoprof_testing.html_page import Page
from pgoprof_testing.verdicts import tool

REAL = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real/mixed-go1.26.pprof"

TABS = ["flame", "edges", "graph"]


@pytest.fixture(scope="session")
def driver():
    driver = browsers.start()
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def real_page(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    assert tool("pgo-report", "--format", "html", "-o", path, REAL).returncode == 0
    return path


@pytest.fixture
def browser(driver):
    """A page has nothing to complain of, and loads nothing, whatever was done to it."""
    browser = browsers.Browser(driver)
    yield browser
    assert browser.console() == []
    assert [url for url in browser.requests() if not url.startswith("file:///")] == []


@pytest.fixture
def open_profile(browser, tmp_path):
    def open_profile(message, *options, **how):
        (tmp_path / "cpu.pprof").write_bytes(message if isinstance(message, bytes) else message.SerializeToString())
        run = tool("pgo-report", "--format", "html", *options, "-o", tmp_path / "page.html", tmp_path / "cpu.pprof")
        assert run.returncode == 0, run.stderr
        return browser.open(tmp_path / "page.html", **how)
    return open_profile


def wait_for_frames(browser):
    browser.wait(lambda: browser.texts(".frame .d3-flame-graph-label")[:1] == ["all stacks"])


def frame(browser, name):
    """The widest frame of this name."""
    return browser.script("""
        const frames = [...document.querySelectorAll('.frame')].filter((f) => f.getAttribute('name') === arguments[0]);
        return frames.sort((a, b) => b.getAttribute('width') - a.getAttribute('width'))[0]""", name)


def width(element):
    return float(element.get_attribute("width"))


def rows(browser):
    """[rank, caller, callee] of the edge table's rows."""
    return browser.script("""return [...document.querySelectorAll('#edges tbody tr')].map((row) =>
        [Number(row.cells[0].textContent), row.cells[5].textContent, row.cells[7].textContent])""")


def search(browser, text):
    """Types it, and waits until it was looked for."""
    before = browser.find("#found").text
    browser.type("#search", text or " " + Keys.BACKSPACE)
    browser.wait(lambda: browser.find("#found").text != before)


def test_it_opens_offline_and_draws_all(browser, real_page):
    browser.open(real_page)
    wait_for_frames(browser)
    data = Page(real_page.read_bytes()).data
    assert browser.find("h1").text == str(REAL)
    figures = browser.find("#figures").text
    assert f"{data['total_weight']} total edge weight (samples/count)" in figures and f"{data['edge_count']} call edges" in figures
    drawable = [weight for weight in data["stacks"]["weight"] if weight / data["stacks"]["weight"][0] * width(
        frame(browser, "all stacks")) > 1.5]
    assert len(browser.all(".frame")) == len(drawable) > 100
    assert browser.requests() == [real_page.as_uri()]
    for tab in TABS:
        browser.click(f"#tab-{tab}")
        assert [section.get_attribute("id") for section in browser.all("section") if section.is_displayed()] == [tab]


def test_a_click_zooms_and_shows_what_the_compiler_knows(browser, real_page):
    browser.open(real_page)
    wait_for_frames(browser)
    whole, before = width(frame(browser, "all stacks")), width(frame(browser, "math.Sin"))
    reset = browser.find("#flame .bar button")
    assert before < whole / 2 and not reset.is_enabled()
    frame(browser, "math.Sin").click()
    browser.wait(lambda: width(frame(browser, "math.Sin")) == whole)
    assert "fade" in frame(browser, "main.integrate").get_attribute("class")
    assert browser.find("#details h2").text == "math.Sin" and "hot callee" in browser.texts("#details .badge")
    assert any("edge #" in text and ", hot" in text for text in browser.texts("#details div"))
    reset.click()
    browser.wait(lambda: width(frame(browser, "math.Sin")) == before)
    assert not reset.is_enabled()
    # A caller in the details leads on.
    browser.click("#details button.function")
    assert browser.find("#details h2").text != "math.Sin"


def test_the_pointer_tells_what_a_frame_is(browser, real_page):
    browser.open(real_page)
    wait_for_frames(browser)
    assert not browser.find(".tip").is_displayed()
    browser.actions.move_to_element(frame(browser, "main.integrate")).perform()
    browser.wait(lambda: browser.find(".tip").is_displayed())
    assert browser.find(".tip b").text == "main.integrate" and "edge #1 at +1" in browser.find(".tip").text
    browser.actions.move_to_element(browser.find("h1")).perform()
    browser.wait(lambda: not browser.find(".tip").is_displayed())


def test_a_hot_call_is_marked_in_every_view(open_profile):
    hot, cold = ["main.hot", "main.caller", "main.main"], ["main.cold", "main.caller", "main.main"]
    browser = open_profile(profiles.from_stacks([(hot, 995), (cold, 5), (["main.hot", "main.other", "main.main"], 1)]))
    wait_for_frames(browser)
    fills = {name: browser.script("return arguments[0].querySelector('rect').getAttribute('fill')", frame(browser, name))
             for name in ("main.hot", "main.caller", "main.main")}
    assert fills == {"main.hot": "var(--heat-5)", "main.caller": "var(--heat-0)", "main.main": "var(--heat-0)"}
    browser.click("#tab-edges")
    assert rows(browser) == [[1, "main.caller", "main.hot"], [2, "main.caller", "main.cold"], [3, "main.other", "main.hot"]]
    assert browser.texts("#edges td.hot") == ["hot", "", ""]
    browser.click("#tab-graph")
    assert browser.texts("#graph .function.hot .label") == ["main.hot"]
    assert browser.texts("#graph .call.heat-5 text") == ["+3 · 99.4%"]


def test_search_reaches_every_view(browser, real_page):
    browser.open(real_page)
    wait_for_frames(browser)
    browser.find("body").send_keys("/")
    assert browser.driver.switch_to.active_element == browser.find("#search")
    search(browser, "MATH sin")
    assert browser.find("#found").text == "2 functions found"
    found = browser.script("""return [...document.querySelectorAll('.frame')].filter((f) =>
        f.querySelector('rect').getAttribute('fill') === 'var(--found)').map((f) => f.getAttribute('name'))""")
    assert set(found) == {"math.Sin", "math.sin"}
    browser.click("#tab-edges")
    assert rows(browser) and all("math" in caller + callee for _, caller, callee in rows(browser))
    browser.click("#tab-graph")
    assert set(browser.texts("#graph .function.found .label")) == {"math.Sin", "math.sin"}
    search(browser, "no such function")
    browser.click("#tab-edges")
    assert rows(browser) == [] and "0 edges" in browser.find("#edges .bar").text
    search(browser, "")
    assert len(rows(browser)) == Page(real_page.read_bytes()).data["edge_count"]
    browser.click("#tab-flame")
    assert not browser.all(".frame rect[fill='var(--found)']")


def test_the_table_sorts(browser, real_page):
    browser.open(real_page)
    browser.click("#tab-edges")
    by_rank = rows(browser)
    assert [rank for rank, *_ in by_rank] == list(range(1, len(by_rank) + 1))
    for column, key in ((6, 1), (8, 2)):
        heading = f"#edges th:nth-child({column})"
        browser.click(f"{heading} button")
        assert browser.find(heading).get_attribute("aria-sort") == "ascending"
        ascending = rows(browser)
        assert sorted(ascending) == by_rank and [row[key] for row in ascending] == sorted(row[key] for row in by_rank)
        browser.click(f"{heading} button")
        assert browser.find(heading).get_attribute("aria-sort") == "descending"
        assert rows(browser) == ascending[::-1]
    browser.click("#edges th:first-child button")
    assert rows(browser) == by_rank
    browser.click("#edges input[type=checkbox]")
    assert len(rows(browser)) == Page(real_page.read_bytes()).data["hot_edge_count"] < len(by_rank)


def test_a_long_table_comes_in_pages(open_profile):
    browser = open_profile(profiles.from_stacks([([f"main.f{i}", "main.main"], 1000 - i) for i in range(700)]))
    browser.click("#tab-edges")
    for shown in (300, 600, 700):
        assert len(rows(browser)) == shown
        more = browser.find("#edges button.more")
        assert more.is_displayed() == (shown < 700)
        if shown < 700:
            more.click()


def test_the_call_graph(browser, real_page):
    browser.open(real_page)
    browser.click("#tab-graph")
    data = Page(real_page.read_bytes()).data
    edges = list(zip(data["edges"]["caller"], data["edges"]["callee"]))

    def drawn():
        return len(browser.all("#graph .call")), len(browser.all("#graph .function"))

    assert drawn() == (len(set(edges[:40])), len({end for edge in edges[:40] for end in edge}))
    slider = browser.find("#graph input[type=range]")
    browser.script("arguments[0].value = 10; arguments[0].dispatchEvent(new Event('input'))", slider)
    assert drawn() == (len(set(edges[:10])), len({end for edge in edges[:10] for end in edge}))

    browser.find("#graph .function[aria-label='math.Sin']").click()
    assert browser.find("#details h2").text == "math.Sin" and "selected" in browser.find(
        "#graph .function[aria-label='math.Sin']").get_attribute("class")
    browser.click("#graph input[type=checkbox]")
    names = browser.script("return [...document.querySelectorAll('#graph .function')].map((f) => f.getAttribute('aria-label'))")
    assert "math.sin" in names and "main.odd" not in names
    browser.script("arguments[0].focus()", browser.find("#graph .function[aria-label='math.sin']"))
    browser.actions.send_keys(Keys.ENTER).perform()
    assert browser.find("#details h2").text == "math.sin"


def test_the_call_graph_zooms_and_moves(browser, real_page):
    browser.open(real_page)
    browser.click("#tab-graph")

    def transform():
        return browser.find("#graph svg > g").get_attribute("transform")

    fitted = transform()
    picture = browser.find("#graph svg")
    browser.script("""arguments[0].dispatchEvent(new WheelEvent('wheel',
        {deltaY: -300, clientX: 400, clientY: 400, bubbles: true, cancelable: true}))""", picture)
    zoomed = transform()
    assert zoomed != fitted
    browser.actions.move_to_element_with_offset(picture, 0, 280).click_and_hold().move_by_offset(80, -40).release().perform()
    assert transform() != zoomed
    browser.click("#graph .bar button")
    assert transform() == fitted


def test_recursion_is_a_loop(open_profile):
    message = profiles.from_stacks([(["main.f", "main.f2", "main.main"], 5)])
    message.function[1].name = message.function[0].name
    browser = open_profile(message)
    browser.click("#tab-graph")
    assert len(browser.all("#graph .function")) == 1 and browser.texts("#graph .function .call text") == ["+3 · 100%"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_light_and_dark(theme, browser, real_page):
    browser.driver.set_window_size(1440, 900)
    browser.open(real_page, theme)
    wait_for_frames(browser)

    def lightness():
        return browser.script("return Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")

    is_dark = lightness() < 128
    assert is_dark == (theme == "dark")
    frame(browser, "main.areas").click()
    browser.screenshot(f"zoomed-{theme}")
    browser.click("#flame .bar button")
    for tab in TABS:
        browser.click(f"#tab-{tab}")
        browser.screenshot(f"{tab}-{theme}")
    browser.click("#theme")
    assert (lightness() < 128) != is_dark
    browser.click("#theme")
    assert (lightness() < 128) == is_dark


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_on_every_colour(theme, browser, real_page):
    browser.open(real_page, theme)
    contrasts = browser.script("""
        const probe = document.body.appendChild(document.createElement('i'));
        const luminance = (colour) => {
          probe.style.color = `var(--${colour})`;
          const channels = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map(Number);
          const linear = channels.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
          return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        };
        const contrast = (text, ground) => {
          const [low, high] = [luminance(text), luminance(ground)].sort((a, b) => a - b);
          return (high + 0.05) / (low + 0.05);
        };
        const grounds = ['paper', 'panel', 'found', 0, 1, 2, 3, 4, 5].map((g) => typeof g === 'number' ? `heat-${g}` : g);
        return {
          ...Object.fromEntries(grounds.map((ground) => [`ink on ${ground}`, contrast('ink', ground)])),
          'dim on paper': contrast('dim', 'paper'), 'dim on panel': contrast('dim', 'panel'),
          'hot-text on paper': contrast('hot-text', 'paper'), 'accent on paper': contrast('accent', 'paper'),
        };""")
    assert {pair: contrast for pair, contrast in contrasts.items() if contrast < 4.5} == {}  # WCAG 2 AA


def test_hostile_names_are_text(open_profile):
    names = ["<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "__proto__", "constructor", "toString",
             "<b>", "&lt;", "javascript:alert(1)", "${alert(1)}", ""]
    browser = open_profile(profiles.from_stacks([([name, "main.main"], 1000) for name in names]))
    wait_for_frames(browser)
    assert not browser.all("img, b b, i script, iframe") and len(browser.all("script")) == 2
    labels = set(browser.script("return [...document.querySelectorAll('.frame')].map((f) => f.getAttribute('name'))"))
    assert labels == {"all stacks", "main.main", *names} - {"</script><script>alert(1)</script>", ""} | {"script>", "(no name)"}
    browser.click("#tab-edges")
    assert {callee for _, _, callee in rows(browser)} == {name or "(no name)" for name in names}
    browser.click("#tab-graph")
    assert len(browser.all("#graph .function")) == len(names) + 1
    for node in browser.all("#graph .function"):
        node.click()
        assert browser.find("#details h2").text in [*names, "(no name)", "main.main"]
    assert not browser.all("img") and len(browser.all("script")) == 2


def test_a_preprofiled_file_shows_its_edges(open_profile):
    browser = open_profile(tool("pgo-report", "--format", "preprofile", REAL).stdout)
    assert not browser.find("#tab-flame").is_enabled()
    assert browser.find("#edges").is_displayed() and rows(browser)
    browser.find("#edges button.function").click()
    assert "Callers" in " ".join(browser.texts("#details h3"))


def test_an_ignored_profile_says_so(open_profile):
    browser = open_profile(b"")
    assert browser.find("#ignored").text == "The Go compiler ignores this profile: the file is empty."
    for tab in ("edges", "graph"):
        browser.click(f"#tab-{tab}")


def test_tabs_by_keyboard(browser, real_page):
    browser.open(real_page)
    browser.find("#tab-flame").send_keys(Keys.ARROW_LEFT)
    assert browser.find("#graph").is_displayed()
    browser.find("#tab-graph").send_keys(Keys.ARROW_RIGHT)
    assert browser.find("#flame").is_displayed()


def test_a_narrow_window(browser, real_page):
    try:
        browser.driver.set_window_size(500, 900)
        browser.open(real_page)
        for tab in TABS:
            browser.click(f"#tab-{tab}")
            browser.screenshot(f"narrow-{tab}")
            assert browser.script("return document.documentElement.scrollWidth <= innerWidth")
    finally:
        browser.driver.set_window_size(1440, 900)


def test_a_profile_beyond_the_limits(open_profile):
    stacks = [([f"main.f{i % 170}_{j}" for j in range(4)] + [f"main.g{i}", "main.main"], 100 + i % 50) for i in range(7000)]
    browser = open_profile(profiles.from_stacks(stacks))
    wait_for_frames(browser)
    assert "Only the 20,000 heaviest frames are in this page" in browser.find("#flame .note").text
    search(browser, "main.g17")
    frame(browser, "main.main").click()


def test_the_policy_holds(driver, real_page, tmp_path):
    """What does not belong to the page is neither run, nor applied, nor loaded; and these tests would see it."""
    browser = browsers.Browser(driver)
    tampered = tmp_path / "tampered.html"
    tampered.write_text(real_page.read_text().replace("<main>", """<main><script>document.title = 'run'</script>
        <style>body { background: red !important }</style><img src="http://pgoprof.invalid/x.png" onerror="document.title = 'run'">"""))
    browser.open(tampered)
    assert browser.driver.title != "run"
    assert browser.script("return getComputedStyle(document.body).backgroundColor") != "rgb(255, 0, 0)"
    with pytest.raises(Exception, match="TrustedHTML"):
        browser.script("document.body.innerHTML = '<p>'")
    console = "\n".join(browser.console())
    for directive in ("script-src", "style-src", "default-src", "TrustedHTML"):
        assert directive in console
    assert browser.requests() == [tampered.as_uri()]

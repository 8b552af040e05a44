#!/usr/bin/python3
"""The pages that `tokenlife report` writes, in a real browser.

    report_test.py TOKENLIFE [--pictures FOLDER] [TEST...]

Exit status: 0 all hold; 1 some do not; 77 there is no browser.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True

import browser as chromium  # noqa: E402
import fleets  # noqa: E402


class Pages:
    """The reports that are tested, each made when it is first asked for."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.made = {}

    def log(self, name, scenario, files=(), options=()):
        folder = self.folder / name
        folder.mkdir()
        for file, text in files:
            (folder / file).write_text(text, encoding="utf-8", newline="")
        (folder / "scenario.toml").write_text(scenario, encoding="utf-8")
        self.call(["run", str(folder / "scenario.toml"), "--log", str(folder / "log"), *options])
        return folder / "log"

    def call(self, arguments):
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True)
        assert done.returncode == 0, " ".join(arguments) + "\n" + done.stderr

    def page(self, name):
        if name not in self.made:
            self.made[name] = self.make(name)
        return self.made[name]

    def make(self, name):
        out = self.folder / (name + ".html")
        if name == "sweep":
            self.page("fleet")
            self.call(["sweep", str(self.folder / "fleet" / "scenario.toml"), "--seeds", "1..4",
                       "--vary", "site.renew-after=20d,45d", "--vary", "action.0.for=7d,75d",
                       "--report", str(out)])
            return out
        logs = getattr(self, name)()
        inputs = [] if name != "hostile" else ["--inputs", str(self.folder / "hostile")]
        self.call(["report", *map(str, logs), "-o", str(out), *inputs])
        return out

    def fleet(self):
        return [self.log("fleet", fleets.FLEET.format(run="", actions=fleets.OUTAGE))]

    def two(self):
        self.page("fleet")
        shorter = fleets.FLEET.format(run="seed = 2", actions="").replace('"130d"', '"110d"')
        return [self.folder / "fleet" / "log", self.log("other", shorter)]

    def hostile(self):
        return [self.log("hostile", fleets.HOSTILE,
                         [("devices.csv", fleets.hostile_inventory())])]

    def empty(self):
        return [self.log("empty", fleets.EMPTY)]

    def load(self):
        return [self.log("load", fleets.LOAD)]

    def large(self):
        return [self.log("large", fleets.large(10_000_000))]


# Of a canvas the number of different colours, of which an empty one has one.
COLOURS = """
const canvas = document.querySelector("#chart-" + arguments[0] + " canvas");
const g = canvas.getContext("2d");
const seen = new Set();
const data = g.getImageData(0, 0, canvas.width, canvas.height).data;
for (let i = 0; i < data.length; i += 4) seen.add(data[i] << 16 | data[i+1] << 8 | data[i+2]);
return seen.size;
"""
RANGES = "return charts.map((c) => c.dygraph.xAxisRange())"
SHOWN_ROWS = """return [...document.querySelectorAll("#stranded-clients tbody tr")]
  .filter((row) => !row.hidden).map((row) => row.cells[0].textContent)"""


def test_a_page_says_nothing_on_the_console_and_draws_its_charts(browser, pages):
    for dark in (False, True):
        browser.open(pages.page("fleet"), dark=dark)
        assert browser.messages() == []
        for chart in ("population", "service", "doings", "survival"):
            assert browser.run(COLOURS, chart) > 3, chart


def test_the_first_sentence_answers(browser, pages):
    browser.open(pages.page("fleet"))
    answer = browser.run("return document.querySelector('.answer').innerText")
    assert answer == ("40 of 80 clients (50.0\u00a0%) are stranded at the end; 75.0\u00a0% of them "
                      "because the CMG was down while they were due for renewal."), answer


def test_dragging_over_one_chart_zooms_all_of_time(browser, pages):
    browser.open(pages.page("fleet"))
    before = browser.run(RANGES)
    assert before[0] == before[1] == before[2]
    browser.drag("chart-service", 0.25, 0.5)
    after = browser.run(RANGES)
    assert after[0] == after[1] == after[2]
    share = (after[0][1] - after[0][0]) / (before[0][1] - before[0][0])
    assert 0.2 < share < 0.3, share
    browser.run("[...document.querySelectorAll('#zoom-tools button')]"
                ".find((b) => b.textContent === 'All of it').click()")
    assert browser.run(RANGES) == before
    assert browser.messages() == []


def test_actions_name_themselves_where_the_pointer_is(browser, pages):
    browser.open(pages.page("fleet"))
    browser.hover("chart-service", 0.4)
    tip = browser.run("const t = document.querySelector('.tip'); return [t.hidden, t.innerText]")
    assert tip[0] is False and "the CMG is down (action 0)" in tip[1], tip
    legend = browser.run("return document.getElementById('legend-population').innerText")
    assert re.search(r"2026-0\d-\d\d \d\d:\d\d", legend), legend
    browser.hover("chart-service", 0.1)
    assert browser.run("return document.querySelector('.tip').hidden")


def test_the_stranded_are_searched_and_sorted(browser, pages):
    browser.open(pages.page("fleet"))
    assert len(browser.run(SHOWN_ROWS)) == 40
    search = """const input = document.getElementById("search-stranded");
      input.value = arguments[0]; input.dispatchEvent(new Event("input"));"""
    browser.run(search, "OUTSIDE not-enrolled")
    assert len(browser.run(SHOWN_ROWS)) == 10
    assert browser.run("return document.querySelector('#stranded-tools output').value") == (
        "10 of 40")
    browser.run(search, "no such client")
    assert browser.run(SHOWN_ROWS) == []
    browser.run(search, "")
    click = """const heading = [...document.querySelectorAll("#stranded-clients thead th")][0];
      heading.querySelector("button").click(); return heading.getAttribute("aria-sort")"""
    assert browser.run(click) == "ascending"
    assert browser.run(SHOWN_ROWS)[:4] == ["0", "0", "1", "1"]
    assert browser.run(click) == "descending"
    assert browser.run(SHOWN_ROWS)[:2] == ["29", "28"]


def test_a_link_opens_the_life_of_its_client(browser, pages):
    browser.open(pages.page("fleet"))
    browser.run("document.querySelector('#stranded-clients tbody a').click()")
    time.sleep(0.3)
    life = browser.run("const d = document.getElementById('client-40');"
                       "return [d.open, d.innerText, d.getBoundingClientRect().top]")
    assert life[0], "it is open"
    assert "last contact before the expiry" in life[1] and "the CMG was down" in life[1], life[1]
    assert "came to the internet" in life[1], life[1]
    assert -5 < life[2] < 1000, "it is in view"
    browser.open(pages.page("fleet"), fragment="#client-41")
    assert browser.run("return document.getElementById('client-41').open")


def test_hostile_names_are_text(browser, pages):
    browser.open(pages.page("hostile"))
    assert browser.messages() == []
    assert browser.run("return document.title") == "</title><script>document.title='lost'</script>"
    shown = browser.run(SHOWN_ROWS)
    assert len(shown) == len(fleets.HOSTILE_NAMES), shown
    for name, text in zip(fleets.HOSTILE_NAMES, shown):
        plain = (name.replace("\u202e", "\\u202e").replace("\u2028", "\\u2028"))
        assert text == plain, (text, plain)
    assert browser.run("return document.querySelectorAll('main img, main script, i').length") == 0
    assert browser.run("return document.querySelectorAll('script').length") == 2
    assert browser.run("return marks[0].text") == "upgrade of <i>\"co&hort' (action 0)"
    browser.hover("chart-service", 0.1)
    assert "<i>" in browser.run("return document.querySelector('.tip').innerText")


def test_two_runs_are_in_every_chart_with_what_became_of_clients(browser, pages):
    browser.open(pages.page("two"))
    assert browser.messages() == []
    legend = browser.run("return document.getElementById('legend-service').innerText")
    assert [word in legend for word in ("A stranded", "B stranded")] == [True, True], legend
    assert browser.run("return document.querySelectorAll('.answer').length") == 2
    fates = browser.run("return document.getElementById('fates').innerText")
    assert re.search("re-registration-required, stranded\\troaming\\t30", fates), fates
    assert browser.run("return document.querySelectorAll('#differing-clients tbody tr').length"
                       ) == 30
    extremes = browser.run("return charts[1].dygraph.xAxisExtremes()")
    assert round((extremes[1] - extremes[0]) / 86400e3) == 130


def test_a_run_in_which_nothing_happened_has_a_page(browser, pages):
    browser.open(pages.page("empty"))
    assert browser.messages() == []
    assert "none was at any time" in browser.run("return document.querySelector('.answer').innerText")
    assert browser.run("return document.getElementById('chart-survival').innerText") == (
        "Nothing to draw.")


def test_a_large_run_has_a_page_of_three_megabytes_at_most(browser, pages):
    page = pages.page("large")
    browser.cdp("Performance.enable", {"timeDomain": "threadTicks"})
    assert 500_000 < page.stat().st_size <= 3_000_000
    browser.open(page)
    # Of the machine's time, not the clock's: other things may run.
    used = browser.thread_seconds()
    assert used < 3, used
    assert browser.messages() == []
    assert len(browser.run(SHOWN_ROWS)) == 5_000
    assert "The first 5,000 of 10,000,000" in browser.run(
        "return document.getElementById('stranded').textContent")


def test_without_scripts_the_tables_say_it(browser, pages):
    browser.open(pages.page("fleet"), scripts=False)
    text = browser.cdp("Runtime.evaluate", {"expression": "1"})
    assert text is not None
    document = browser.cdp("DOM.getDocument", {})["root"]["nodeId"]

    def count(selector):
        return len(browser.cdp("DOM.querySelectorAll",
                               {"nodeId": document, "selector": selector})["nodeIds"])

    assert count("noscript p") == 1 and count("canvas") == 0
    assert count("#stranded-clients tbody tr") == 40
    assert count("table caption") == count("table") > 8
    assert count("details.life svg.lanes") == 40


def test_nothing_is_wider_than_a_telephone(browser, pages):
    for name in ("fleet", "two", "hostile"):
        browser.open(pages.page(name), width=375)
        assert browser.run("return document.documentElement.scrollWidth") == 375, name
        assert browser.run(COLOURS, "population") > 3
        assert browser.messages() == []


def test_a_page_prints(browser, pages):
    browser.open(pages.page("fleet"))
    pdf = browser.pdf()
    assert pdf.startswith(b"%PDF-") and len(pdf) > 50_000, len(pdf)
    assert browser.run("return document.querySelector('details.values').open")


def test_it_is_told_apart_without_colours_and_by_screen_readers(browser, pages):
    browser.open(pages.page("two"))
    assert browser.run("return charts[1].dashes") == [None, None, [7, 4], [7, 4]]
    assert browser.run("""return [...document.querySelectorAll(".plot, svg.lifecycle, svg.lanes")]
      .every((e) => e.getAttribute("role") === "img" &&
             (e.hasAttribute("aria-label") || e.hasAttribute("aria-labelledby")))""")
    assert browser.run("""return [...document.querySelectorAll("table")].every((t) =>
      t.caption && [...t.tHead.rows[0].cells].every((c) => c.scope === "col"))""")


def test_endpoints_with_limits_have_their_charts(browser, pages):
    browser.open(pages.page("load"))
    assert browser.messages() == []
    for chart in ("line", "served", "waits"):
        assert browser.run(COLOURS, chart) > 3, chart
    legend = browser.run("return document.getElementById('legend-served').innerText")
    assert "mp answered" in legend and "mp limit" in legend and "cmg" not in legend, legend
    ranges = browser.run(RANGES)
    assert len(ranges) == 6 and all(r == ranges[0] for r in ranges), ranges


def test_a_sweep_draws_a_dot_for_each_combination_and_has_no_scripts(browser, pages):
    for width in (375, 1200):
        browser.open(pages.page("sweep"), width=width)
        assert browser.messages() == []
        assert browser.run("return document.documentElement.scrollWidth") <= width
        dots = browser.run("""return [...document.querySelectorAll("#charts circle")].map((c) => {
          const box = c.getBoundingClientRect();
          return [box.width, box.left]; })""")
        assert len(dots) == 12, dots  # of three metrics
        assert all(9 < size < 15 for size, _ in dots), dots
        # Fewer are stranded by an outage of a week than by one of 75 days.
        assert dots[0][1] < dots[1][1], dots
    answer = browser.run("return document.querySelector('.answer').innerText")
    assert answer.startswith("Fewest are stranded at the end with site.renew-after="), answer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--pictures", type=pathlib.Path, help="a folder for pictures of all pages")
    parser.add_argument("tests", nargs="*", help="only tests whose names hold one of these")
    options = parser.parse_args()
    chromium.skip_without_browser()
    tests = {name: does for name, does in globals().items() if name.startswith("test_")}
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        pages = Pages(options.program, pathlib.Path(folder))
        browser = chromium.Browser()
        try:
            for name, does in tests.items():
                if options.tests and not any(word in name for word in options.tests):
                    continue
                begin = time.monotonic()
                try:
                    does(browser, pages)
                    print(f"ok      {name}  {time.monotonic() - begin:.1f} s", flush=True)
                except Exception:  # pylint: disable=broad-except
                    failed += 1
                    print(f"FAILED  {name}\n{traceback.format_exc()}", flush=True)
            if options.pictures:
                take_pictures(browser, pages, options.pictures)
        finally:
            browser.close()
    return 1 if failed else 0


def take_pictures(browser, pages, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("fleet", "two", "hostile", "empty", "load", "sweep"):
        for width in (375, 1200):
            for dark in (False, True):
                browser.open(pages.page(name), width=width, dark=dark)
                theme = "dark" if dark else "light"
                browser.picture(folder / f"{name}-{width}-{theme}.png", 12_000)


if __name__ == "__main__":
    sys.exit(main())

"""The page as a browser has it: Chromium, by the DevTools protocol."""
import re

import pytest

import chromium
from deadline import until
from services import REPO
from stage import command, new_id
from test_state import watch  # noqa: F401  a fixture

STYLE = (REPO / "src/http/page.html").read_text()
# What stands on what. Lines and areas of plots need 3 (WCAG 2.1, 1.4.11), text 4.5 (1.4.3).
TEXT = [("fg", "bg"), ("dim", "bg"), ("fg", "soft"), ("dim", "soft"), ("m0", "bg"), ("m1", "bg"), ("m2", "bg"), ("bg", "m2")]
DRAWN = [("p1", "soft"), ("p2", "soft"), ("p3", "soft"), ("m1", "soft"), ("m2", "soft")]


@pytest.fixture(scope="module")
def browser():
    if chromium.PROGRAM is None:
        pytest.skip("there is no chromium")
    browser = chromium.Chromium()
    yield browser
    browser.close()


def themes():
    light, dark = (dict(re.findall(r"--(\w+):(#[0-9a-f]+)", block)) for block in re.findall(r":root\{(.*?)\}", STYLE))
    return {"light": light, "dark": dark}


def luminance(colour):
    """WCAG 2.1, relative luminance."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * each for each in colour[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_can_be_read_in_both_themes(theme):
    colours = themes()[theme]
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    poor = {(a, b): round(contrast(colours[a], colours[b]), 2) for pairs, least in ((TEXT, 4.5), (DRAWN, 3))
            for a, b in pairs if contrast(colours[a], colours[b]) < least}
    assert not poor
    assert set(re.findall(r"color:(?!var)(?!-scheme)(\w+)", STYLE)) <= {"currentColor"}, "no colour beside those"


def send_some(stage):
    stage.send_all([command(new_id()), command(new_id(), 99), b"<script>alert(1)</script>", b"\xc3\x01unknown."] * 8,
                   key=lambda i: b"%d" % i)
    stage.await_drained()


def test_it_refreshes_itself_under_its_policy_without_a_word_on_the_console(stage, watch, browser):  # noqa: F811
    worker = watch()
    until(lambda: worker.status()["state"] == "idle", 10, "idle")
    browser.look(1100)
    browser.open(worker.url, 0.5)
    assert "idle" in browser.value("document.querySelector('h1').textContent")
    send_some(stage)
    until(lambda: worker.status()["rejected"]["by_code"]["UNDECODABLE"]["total"] == 8, 10, "answered")
    browser.watch(5)
    assert "working" in browser.value("document.querySelector('h1').textContent"), "nobody loaded it again"
    assert browser.value("document.title").endswith(" · one") and "working" in browser.value("document.title")
    assert browser.answered >= 3 and browser.console == []
    assert browser.value("document.querySelectorAll('script').length") == 1
    worker.worker.stop()
    browser.watch(6)
    assert "no answer since" in browser.value("document.getElementById('gone').textContent")
    assert browser.value("document.body.className") == "gone"


def test_its_policy_lets_nothing_else_run(stage, watch, browser):  # noqa: F811
    worker = watch()
    browser.open(worker.url, 0.5)
    browser.value("const s = document.createElement('script'); s.textContent = 'window.hurt = 1'; document.body.append(s); 0")
    browser.value("const i = new Image(); i.src = 'http://127.0.0.1:1/x'; document.body.append(i); 0")
    browser.watch(0.5)
    assert browser.value("window.hurt === undefined") is True
    assert len([text for text in browser.console if "Content Security Policy" in text]) == 2, browser.console
    worker.worker.stop()


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_shows_it_without_sideways_scroll(stage, watch, browser, dark):  # noqa: F811
    worker = watch(**{"postgres.reference.checks": "per-row", "dlq.brake": 20})
    send_some(stage)
    browser.look(360, dark=dark)
    browser.open(worker.url, 3)
    assert browser.value("document.documentElement.scrollWidth") <= 360
    wide = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > 360.5).map(e => e.outerHTML)"
    assert browser.value(wide) == []
    background = browser.value("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(13, 17, 23)" if dark else "rgb(255, 255, 255)")
    assert browser.console == []
    worker.worker.stop()

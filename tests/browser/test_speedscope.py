"""What is written for speedscope, opened by speedscope itself in headless Chromium."""

import base64
import os
import pathlib
import subprocess

import pytest

from pgoprof_testing import browser as browsers
from pgoprof_testing import foreign

SOURCE = pathlib.Path(os.environ["PGOPROF_SOURCE"])
APP = SOURCE / "build/speedscope/node_modules/speedscope/dist/release/index.html"


@pytest.fixture
def browser():
    if not APP.exists():
        pytest.skip("needs speedscope: scripts/setup --test")
    driver = browsers.start()
    yield browsers.Browser(driver)
    driver.quit()


def test_speedscope_opens_what_is_written_for_it(browser, tmp_path):
    profile = tmp_path / "profile.pprof"
    stored = SOURCE / "testdata/real/mixed-go1.26.pprof"
    profile.write_bytes(subprocess.run(["gzip", "-cd", stored], capture_output=True, check=True).stdout)
    out = tmp_path / "profile.speedscope.json"
    foreign.write("speedscope", profile, out)
    # As its own command line hands over a file: a script that calls back with the content.
    content = base64.b64encode(out.read_bytes()).decode()
    script = tmp_path / "profile.js"
    script.write_text(f"speedscope.loadFileFromBase64('profile.speedscope.json', {content!r})")
    page = f"{APP.as_uri()}#localProfilePath={script}"
    browser.driver.get(page)
    browser.wait(lambda: "samples/count" in browser.script("return document.body.textContent"))
    browser.screenshot("speedscope")
    # The tables of the view "Sandwich" have functions by name, with their shares.
    browser.script("window.dispatchEvent(new KeyboardEvent('keypress', {key: '3'}))")
    browser.wait(lambda: "main." in browser.script("return document.body.textContent"))
    assert [message for message in browser.console() if "Uncaught" in message] == []

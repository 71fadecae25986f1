"""Headless Chromium, driven over WebDriver (Debian's chromium, chromium-driver and python3-selenium)."""

import json
import os
import pathlib
import shutil

import pytest

webdriver = pytest.importorskip("selenium.webdriver", reason="needs python3-selenium")

from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

SCREENSHOTS = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "screenshots"


def start():
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("needs chromium and chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    # Nothing of the network can be reached, whatever a page tries.
    for flag in ("--headless=new", "--window-size=1440,900", "--host-resolver-rules=MAP * ~NOTFOUND", "--disable-gpu",
                 "--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)


class Browser:
    """One window; `open` begins anew."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, path, theme="light"):
        features = {"prefers-color-scheme": theme, "prefers-reduced-motion": "reduce"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": name, "value": value} for name, value in features.items()]})
        self.console(), self.requests()  # forgets what was before
        self.driver.get(pathlib.Path(path).as_uri())
        return self

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def click(self, selector):
        self.find(selector).click()

    def texts(self, selector):
        return self.script("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)

    def type(self, selector, text):
        """In place of what is there."""
        self.find(selector).clear()
        self.find(selector).send_keys(text)

    def wait(self, condition):
        """Until condition() holds; what it gave."""
        return WebDriverWait(self.driver, 30, 0.02).until(lambda _: condition())

    @property
    def actions(self):
        return ActionChains(self.driver)

    def screenshot(self, name):
        SCREENSHOTS.mkdir(exist_ok=True)
        self.driver.save_screenshot(str(SCREENSHOTS / f"{name}.png"))

    def console(self):
        """What the page logged since the last call; violations of its policy are there, too."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """The URLs that were asked for since the last call, but for those that a policy held back."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        held = {event["params"]["requestId"] for event in events
                if event["method"] == "Network.loadingFailed" and event["params"].get("blockedReason") == "csp"}
        return [event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent" and event["params"]["requestId"] not in held]

"""A real headless Chromium, started anew with a profile of its own and driven over WebDriver.

    with chromium(width=390, height=844) as browser:
        browser.get(Path("report.html").resolve().as_uri())

The browser and its driver come from the system (`tests/browser/install`); nothing is downloaded here.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

Scheme = Literal["light", "dark"]

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)
_DRIVER = Path("/usr/bin/chromedriver")


def missing() -> str:
    """Why no browser can be started, with the way out; empty where one can."""
    found = {"chromium": shutil.which("chromium"), "chromedriver": str(_DRIVER) if _DRIVER.exists() else None}
    absent = [name for name, path in found.items() if path is None]
    return f"no {' and no '.join(absent)} on this machine; run tests/browser/install" if absent else ""


@contextmanager
def chromium(width: int = 1280, height: int = 900) -> Iterator[Chrome]:
    """A browser whose page is `width` by `height` CSS pixels; it and its profile are gone afterwards."""
    with TemporaryDirectory(prefix="chromium-") as profile:
        options = ChromeOptions()
        options.binary_location = str(shutil.which("chromium"))
        for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        browser = Chrome(options, ChromeService(str(_DRIVER)))
        try:
            resize(browser, width, height)
            yield browser
        finally:
            browser.quit()


def resize(browser: Chrome, width: int, height: int, scale: float = 1.0) -> None:
    """Give the page this size, as a phone or a screen has it; `scale` is device pixels to a CSS pixel."""
    phone = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)


def prefer(browser: Chrome, scheme: Scheme) -> None:
    """Let the page see a user who prefers this colour scheme."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def complaints(browser: Chrome) -> list[str]:
    """What the console has said since the last time asked, errors and warnings alone."""
    return [str(entry["message"]) for entry in _log(browser, "browser") if entry["level"] in ("SEVERE", "WARNING")]


def requested(browser: Chrome) -> list[str]:
    """Addresses that pages have asked for since the last time asked, data addresses left out."""
    messages = (json.loads(entry["message"])["message"] for entry in _log(browser, "performance"))
    sent = [message for message in messages if message["method"] == "Network.requestWillBeSent"]
    urls = [str(message["params"]["request"]["url"]) for message in sent]
    return [url for url in urls if not url.startswith("data:")]


def _log(browser: Chrome, kind: Literal["browser", "performance"]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = browser.get_log(kind)  # type: ignore[no-untyped-call]  # selenium leaves it untyped
    return found

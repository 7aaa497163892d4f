"""Chromium for the tests that meet the pages as people do: the program of this machine, without a window."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, sync_playwright

from sources import Missing

#: What is switched off: a renderer kept in reserve, which costs as much as a page for every window; and, because only
#: the last such list holds, what Playwright switches off by itself.
FEATURES = (
    "SpareRendererForSitePerProcess",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=" + ",".join(FEATURES),
]


@dataclass
class Program:
    """A running Chromium."""

    browser: Browser
    version: str
    origin: str


@contextmanager
def from_program() -> Iterator[Program]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        raise Missing(f"none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield Program(browser, browser.version, path)
        browser.close()

"""Runs beside the product: signs in as the coordinator by what `make run` has printed; whom the page says it is."""

import re
import sys
from pathlib import Path

from pprg_embedded.demo.browser import Browser

PRINTED = (
    r"sign in at (http://[^/]+)(/\S+) as (.+), coordinator, who is invented:\s+(\S+), password (\S+), code now (\d{6})"
)
base, path, name, address, password, code = re.search(PRINTED, Path("said").read_text()).groups()
browser = Browser(base)
second = browser.send(path, {"address": address, "password": password}, holding="password")
browser.open(browser.send(second, {"code": code}, holding="code"))
sys.stdout.write(str(f"You are signed in as {name}" in browser.says("/sign-out")))

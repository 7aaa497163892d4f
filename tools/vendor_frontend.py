"""Fetch GOV.UK Frontend, take its brand away and keep the result with the shared pages; only maintainers need it."""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "6.3.0"
SHA256 = "3d91fd1353e32e306a8ae493b44ba9c0277348b5dbc08442a3e63d822e516048"
STATIC = Path(__file__).parent.parent / "shared/pprg_shared/web/static"
FONTS = '"Helvetica Neue",Helvetica,Arial,sans-serif'
COLOURS = {"#1d70b8": "#1f4e5f", "#f4f8fb": "#f2f6f7", "#8eb8dc": "#8fb3bd"}
BRANDED = re.compile(r"GDS Transport|crest|crown|url\(/|govuk-logo", re.IGNORECASE)
MAKER = (
    "/* From GOV.UK Frontend {version}, MIT licence (see LICENCE-govuk-frontend.txt);"
    " brand removed by tools/vendor_frontend.py. */\n"
)
SOURCE_MAP = re.compile(r"(/\*#|//#) sourceMappingURL=\S+( \*/)?")
# Rules that only exist to show the crest; the page template replaces the whole footer.
CREST_RULES = re.compile(r"[^{}]*\.(govuk-footer__(copyright-logo|crown)|govuk-logo)[^{}]*\{[^{}]*\}")


def unbranded(css: str) -> str:
    """The style sheet without the typeface, images and colour that belong to GOV.UK alone."""
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = re.sub(r"GDS Transport,arial,sans-serif", FONTS, css)
    css = CREST_RULES.sub("", css)
    for theirs, ours in COLOURS.items():
        css = css.replace(theirs, ours)
    return css


def unpack(folder: Path) -> Path:
    command = ["npm", "pack", f"govuk-frontend@{VERSION}", "--silent", "--pack-destination", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    archive = folder / f"govuk-frontend-{VERSION}.tgz"
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        sys.exit("The package is not the one this script was written for: compare it and change SHA256")
    with tarfile.open(archive) as package:
        package.extractall(folder, filter="data")
    return folder / "package/dist/govuk"


def main() -> None:
    head = MAKER.format(version=VERSION)
    with tempfile.TemporaryDirectory() as folder:
        dist = unpack(Path(folder))
        css = unbranded((dist / "govuk-frontend.min.css").read_text("utf-8"))
        script = (dist / "govuk-frontend.min.js").read_text("utf-8")
    charset, _, rules = css.partition(";")
    css = f"{charset};\n{head}{SOURCE_MAP.sub('', rules).strip()}\n"
    if left := BRANDED.findall(css):
        sys.exit(f"Brand left in the style sheet: {sorted(set(left))}")
    STATIC.joinpath("govuk-frontend.min.css").write_text(css, "utf-8")
    STATIC.joinpath("govuk-frontend.min.js").write_text(head + SOURCE_MAP.sub("", script).strip() + "\n", "utf-8")


if __name__ == "__main__":
    main()

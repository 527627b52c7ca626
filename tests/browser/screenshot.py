"""A picture of a page as a reader sees it, for the documentation and for a look at one's own work.

    python tests/browser/screenshot.py report.html docs/report.png
    python tests/browser/screenshot.py report.html phone.png --width 390 --height 844 --scheme dark --scale 2
    python tests/browser/screenshot.py report.html whole.png --whole

The file stays under --most KB: with `--whole` or a large scale the colours are reduced until it fits.
"""

from __future__ import annotations

import argparse
import base64
import io
from collections.abc import Sequence
from pathlib import Path

from chromium import Scheme, chromium, missing, prefer, resize
from PIL import Image
from selenium.webdriver import Chrome

COLOURS = (256, 128, 64, 32, 16)


def photograph(
    browser: Chrome,
    page: Path,
    width: int,
    height: int,
    scheme: Scheme = "light",
    scale: float = 1.0,
    whole: bool = False,
) -> bytes:
    """A PNG of a page: its first screen, or all of it."""
    resize(browser, width, height, scale)
    prefer(browser, scheme)
    browser.get(page.resolve().as_uri())
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": whole})
    if whole:
        tall = browser.execute_script("return document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": width, "height": tall, "scale": 1}
        shot = browser.execute_cdp_cmd(
            "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip}
        )
    return base64.b64decode(shot["data"])


def reduced(png: bytes, most: int) -> bytes:
    """The picture in at most so many bytes, with as many colours as that leaves.

    Raises:
      ValueError: It does not fit in 16 colours either.
    """
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in COLOURS:
        written = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
        if written.tell() <= most:
            return written.getvalue()
    raise ValueError(f"the picture needs {written.tell()} bytes, more than {most}; take a smaller part or scale")


def main(arguments: Sequence[str] | None = None) -> int:
    """Take one picture."""
    parser = argparse.ArgumentParser(prog="python tests/browser/screenshot.py", description=main.__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=1500)
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    parser.add_argument("--scale", type=float, default=1.0, help="device pixels to a CSS pixel")
    parser.add_argument("--whole", action="store_true", help="the whole page instead of its first screen")
    parser.add_argument("--most", type=int, default=300, metavar="KB", help="largest file (default: 300)")
    args = parser.parse_args(arguments)
    if missing():
        parser.error(missing())
    if not args.page.is_file():
        parser.error(f"there is no page {args.page}; `glassbox report --output {args.page}` makes one")
    with chromium(args.width, args.height) as browser:
        png = photograph(browser, args.page, args.width, args.height, args.scheme, args.scale, args.whole)
    args.picture.write_bytes(reduced(png, args.most * 1024))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""CONTRIBUTING.md shows the example package as it is."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_QUOTED = re.compile(r"<!-- (examples/\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


def test_every_quotation_stands_in_its_file_and_the_package_stays_small() -> None:
    quoted = _QUOTED.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert len(quoted) == 4
    assert [path for path, text in quoted if text not in (ROOT / path).read_text(encoding="utf-8")] == []
    sources = (ROOT / "examples/glassbox-example/glassbox_example").glob("*.py")
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in sources) <= 200

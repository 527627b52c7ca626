"""The page of `glassbox report`: the same bytes for the same logs, nothing of a log runs, what is missing is named."""

from __future__ import annotations

import re
import shutil
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from glassbox.harness.cli.main import main
from glassbox.harness.engine.run import run
from glassbox.solvers.gold import gold
from glassbox.solvers.null import null
from glassbox.solvers.regex_only import regex_only
from glassbox.tasks.ir_arith import ir_arith

HOSTILE = """<script>alert("x")</script>'&"""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    for solve, arguments in ((gold(), {}), (null(), {}), (regex_only(), {"note": HOSTILE})):
        run(ir_arith(), solve, model="none/none", task_args={}, solver_args=arguments, log_dir=folder, limit=60)
    return folder


def made(logs: Path, output: Path, *words: str) -> str:
    assert main(["report", "--log-dir", str(logs), "--output", str(output), *words]) == 0
    return output.read_text(encoding="utf-8")


class Scripts(HTMLParser):
    """Counts elements that run or fetch something; a block of data does neither."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.scripts += tag == "script" and "type" not in named
        given = [str(named[name]) for name in ("src", "srcset") if name in named]
        self.fetched += [address for address in given if not address.startswith("data:image/svg+xml;base64,")]
        assert not any(name.startswith("on") for name in named), f"{tag} runs something by itself: {named}"


def test_the_same_logs_give_the_same_bytes_wherever_and_whenever(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        shutil.copytree(logs, tmp_path / name / "logs", copy_function=shutil.copy)
    monkeypatch.chdir(tmp_path / "a")
    first = made(Path("logs"), Path("report.html"), "--questions", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    second = made(tmp_path / "b" / "logs", tmp_path / "b" / "report.html", "--questions", str(tmp_path))
    assert first == second


def test_what_a_log_holds_is_shown_and_never_run(logs: Path, tmp_path: Path) -> None:
    html = made(logs, tmp_path / "report.html")
    parser = Scripts()
    parser.feed(html)
    assert parser.scripts == 1
    assert parser.fetched == []
    assert "&lt;script&gt;alert(" in html
    assert "default-src 'none'" in html
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    trusted = b64encode(sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{trusted}'" in html


def test_it_names_what_it_could_not_show_and_the_command_that_would_fill_it(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    html = made(logs, tmp_path / "report.html", "--questions", str(tmp_path))
    said = capsys.readouterr().out
    for title in ("K sweep", "Loss curves", "Layer curves"):
        assert f"left out: {title}" in said
        assert re.search(rf"<dt>{title}</dt>\s*<dd>.*<code>.*</code></dd>", html)
    assert "<h2>Runs</h2>" in html


def test_claims_stand_with_what_the_origin_reported_beside_what_was_measured(logs: Path, tmp_path: Path) -> None:
    html = made(logs, tmp_path / "report.html")
    claims = html[html.index('<section id="claims">') :]
    for head in ("reported", "measured"):
        assert re.search(rf"<th[^>]*>[^<]*{head}[^<]*</th>", claims), head


def test_a_missing_folder_is_one_line_and_no_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--log-dir", str(tmp_path / "none"), "--output", str(tmp_path / "r.html")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "r.html").exists()

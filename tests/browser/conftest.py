"""A report of every kind of run there is without a model, and of logs that attack their reader; one browser for all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import chromium, complaints, missing, prefer, requested, resize
from inspect_ai import eval
from selenium.webdriver import Chrome

from glassbox.harness.cli.main import main
from glassbox.harness.engine.run import run
from glassbox.solvers.gold import gold
from glassbox.solvers.null import null
from glassbox.solvers.regex_only import regex_only
from glassbox.tasks.code_spec import phase3
from glassbox.tasks.ir_arith import ir_arith, ir_loop
from glassbox.tasks.soft_prompt import dcm_squad

HOSTILE = (
    '</script><script>window.struck = "a";</script><img src="x" onerror="window.struck = \'b\'"><b>`bold`</b>\u2028'
)
"""What a model may write: it must stand on the page as these characters, and do nothing."""


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report; its logs lie in `logs` beside it."""
    if missing():
        pytest.skip(missing())
    folder = tmp_path_factory.mktemp("report")
    logs = folder / "logs"
    for task in (ir_arith, ir_loop):
        for solve in (gold(), null(), regex_only()):
            run(task(), solve, model="none/none", task_args={}, solver_args={}, log_dir=logs, limit=60)
    for made in (phase3(), dcm_squad(n=4)):
        for solve in (gold(), null()):
            eval(made, model="none/none", solver=solve, log_dir=str(logs), display="none", log_realtime=False)
    for log in logs.glob("*ir-loop*.json"):
        _attack(log)
    assert main(["report", "--log-dir", str(logs), "--output", str(folder / "report.html")]) == 0
    return folder / "report.html"


def _attack(log: Path) -> None:
    """The first sample of the log asks, and its run writes, what would run if it became HTML."""
    content = json.loads(log.read_text(encoding="utf-8"))
    first = content["samples"][0]
    first["input"] = f"{first['input']} {HOSTILE}"
    first["store"]["attempt"] |= {"completion": HOSTILE, "program": HOSTILE}
    log.write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture(scope="session")
def chrome() -> Iterator[Chrome]:
    """One browser for all tests."""
    if missing():
        pytest.skip(missing())
    with chromium() as browser:
        yield browser


@pytest.fixture
def browser(chrome: Chrome, page: Path) -> Chrome:
    """The report, newly opened on a screen."""
    resize(chrome, 1280, 900)
    prefer(chrome, "light")
    chrome.get("about:blank")
    complaints(chrome), requested(chrome)
    chrome.get(page.as_uri())
    return chrome

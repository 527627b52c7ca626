"""Long work without a terminal says on standard error how far it has come: lines, not bars, and none for short work."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from glassbox.harness.cli.progress import Lines, progress

ROOT = Path(__file__).resolve().parents[3]


class Clock:
    """Time as the test sets it."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_first_line_comes_after_10_seconds_and_then_one_every_30() -> None:
    clock, out = Clock(), io.StringIO()
    lines = Lines(out, 10.0, 30.0, clock)
    for second in range(1, 101):
        clock.now = float(second)
        lines.tick("fitting", second, 200)
    assert out.getvalue().splitlines() == [
        "fitting: 10 of 200, 10 s used, about 3 min 10 s left",
        "fitting: 40 of 200, 40 s used, about 2 min 40 s left",
        "fitting: 70 of 200, 1 min 10 s used, about 2 min 10 s left",
        "fitting: 100 of 200, 1 min 40 s used, about 1 min 40 s left",
    ]


def test_a_long_first_step_is_told_of_without_a_guess() -> None:
    clock, out = Clock(), io.StringIO()
    lines = Lines(out, 10.0, 30.0, clock)
    clock.now = 12.0
    lines.beat()
    clock.now = 13.0
    lines.tick("searching", 0, 24)
    clock.now = 8000.0
    lines.beat()
    assert out.getvalue().splitlines() == ["at work: 12 s used", "searching: 0 of 24, 2 h 13 min used"]


def test_what_a_store_held_is_no_measure_of_the_time_left() -> None:
    clock, out = Clock(), io.StringIO()
    lines = Lines(out, 10.0, 30.0, clock)
    lines.tick("searching", 90, 100)
    clock.now = 20.0
    lines.tick("searching", 92, 100)
    assert out.getvalue() == "searching: 92 of 100, 20 s used, about 1 min 20 s left\n"


def test_work_within_work_is_shown_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_PROGRESS_SECONDS", "0")
    with progress() as outer, progress() as inner:
        assert inner == outer


@pytest.mark.parametrize(
    ("seconds", "said"),
    [("0.001", ["work: 2 of 2, 0 s used, about 0 s left"]), ("30", []), ("0", [])],
)
def test_in_a_pipe_lines_go_to_standard_error_and_short_work_leaves_nothing(seconds: str, said: list[str]) -> None:
    program = (
        "import time\nfrom glassbox.harness.cli.progress import progress\n"
        "with progress() as tick:\n    tick('work', 1, 2)\n    time.sleep(0.01)\n    tick('work', 2, 2)\n"
    )
    environment = {**os.environ, "GLASSBOX_PROGRESS_SECONDS": seconds}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1:] == said


def test_seconds_that_are_none_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_PROGRESS_SECONDS", "often")
    with (
        pytest.raises(ValueError, match="GLASSBOX_PROGRESS_SECONDS=often is no number of seconds"),
        progress(),
    ):
        pass

"""The gate in a user's own tests: a pytest fixture that runs a blessed row again and fails where it regressed.

    def test_the_head_still_reads(gate):
        gate("ir_arith", "ir_head").no_regression()

    pytest --glassbox-baseline baselines/results/quick.json      # or `glassbox_baseline = ...` in pytest's ini

Installed with the project (entry point `pytest11`), and idle until asked for: nothing but pytest is imported here, as
the plug-in is loaded into every test run of the environment. A test judges one row, so that no correction over rows is
made: for a whole suite with one error rate use `glassbox gate`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from glassbox.leaderboards.gate.baseline import Baseline
    from glassbox.leaderboards.gate.ruling import RowReport

BASELINE = "glassbox_baseline"
LOGS = "glassbox_log_dir"
Result = TypeVar("Result")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--glassbox-baseline` and `--glassbox-log-dir`, the former in the ini file too."""
    group = parser.getgroup("glassbox", "regression gate")
    group.addoption(
        "--glassbox-baseline", dest=BASELINE, metavar="FILE", help="blessed results that `gate` compares with"
    )
    group.addoption("--glassbox-log-dir", dest=LOGS, metavar="DIR", help="where the runs of `gate` are logged")
    parser.addini(BASELINE, "blessed results that `gate` compares with: a file, or a name in baselines/results")


@dataclass(frozen=True)
class Gated:
    """A blessed row and how it is run.

    Attributes:
      baseline: The baseline with this row alone.
      log_dir: Where runs are logged.
      limit: Only the first so many samples.
      model: In place of the blessed one.
      logs: Logs to judge instead of a new run.
      done: Log of the run, kept for further questions of the same session.
    """

    baseline: Baseline
    log_dir: Path
    limit: int | None = None
    model: str | None = None
    logs: Path | None = None
    done: list[Path] = field(default_factory=list, repr=False)

    def report(self, *, margin: float = 5, alpha: float = 0.05, clustered: bool = False) -> RowReport:
        """Run the row, unless that was done, and judge it.

        Args:
          margin: Loss that must not go unseen, in points.
          alpha: Error of a false regression.
          clustered: Judge beyond the templates or passages of these samples.

        Raises:
          ValueError: The row cannot be run, or a level is out of range.
        """
        from glassbox.harness.records.frames import load_logs
        from glassbox.leaderboards.gate.judging import judge
        from glassbox.leaderboards.gate.rerun import rerun
        from glassbox.leaderboards.gate.ruling import Settings

        settings = Settings(margin=margin / 100, alpha=alpha, clustered=clustered)
        settings.check()
        if self.logs is None and not self.done:
            self.done.append(rerun(self.baseline.runs[0], self.log_dir, self.limit, self.model))
        records = load_logs(self.logs or self.done)
        return judge(self.baseline, records, settings, limit=self.limit, model=self.model).rows[0]

    def no_regression(
        self, *, margin: float = 5, alpha: float = 0.05, clustered: bool = False, allow_inconclusive: bool = False
    ) -> None:
        """Fail the test, with the reason in one line, unless the row passes; see `report` for the arguments.

        Args:
          margin: Loss that must not go unseen, in points.
          alpha: Error of a false regression.
          clustered: Judge beyond the templates or passages of these samples.
          allow_inconclusive: Let a comparison pass that was too small to tell; what cannot be compared still fails.
        """
        __tracebackhide__ = True
        found = _or_fail(lambda: self.report(margin=margin, alpha=alpha, clustered=clustered))
        if found.ruling.status == 0 or (allow_inconclusive and found.ruling.text == "inconclusive"):
            return
        pytest.fail(f"{found.label}: {found.ruling.text}: {found.line}", pytrace=False)


@dataclass(frozen=True)
class Gate:
    """Finds blessed rows; the fixture `gate` is one of these."""

    baseline: str | None
    log_dir: Path
    known: dict[tuple[object, ...], Gated] = field(default_factory=dict, repr=False)

    def __call__(
        self,
        task: str,
        solver: str,
        *,
        split: str | None = None,
        model: str | None = None,
        limit: int | None = None,
        baseline: str | Path | None = None,
        logs: str | Path | None = None,
    ) -> Gated:
        """The row of this task and solver.

        Args:
          task: As blessed.
          solver: As blessed, with its arguments where rows differ in them: `ir_head layer=2`.
          split: Where several were blessed.
          model: Another model that is to be as good as the blessed one.
          limit: Run only the first so many samples.
          baseline: In place of the one of the option or the ini file.
          logs: A log or a folder of them to judge instead of a new run.
        """
        __tracebackhide__ = True
        name = baseline or self.baseline
        if name is None:
            pytest.fail(
                "gate needs a baseline: --glassbox-baseline FILE, or glassbox_baseline in the ini", pytrace=False
            )
        key = (str(name), task, solver, split, model, limit, None if logs is None else str(logs))
        if key not in self.known:
            row = _or_fail(lambda: _row(name, task, solver, split))
            self.known[key] = Gated(row, self.log_dir, limit, model, None if logs is None else Path(logs))
        return self.known[key]


@pytest.fixture(scope="session")
def gate(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Gate:
    """`gate(task, solver).no_regression()` against the blessed results; each row is run once a session."""
    asked = request.config.getoption(BASELINE) or request.config.getini(BASELINE) or None
    folder = request.config.getoption(LOGS)
    return Gate(_from_root(request.config, asked), Path(folder) if folder else tmp_path_factory.mktemp("gate"))


def _from_root(config: pytest.Config, name: str | None) -> str | None:
    """A path is looked for where pytest was called, then beside the ini file; a mere name is left to the package."""
    if name is None or Path(name).is_file():
        return name
    beside = config.rootpath / name
    return str(beside) if beside.is_file() else name


def _row(name: str | Path, task: str, solver: str, split: str | None) -> Baseline:
    """The baseline with that row alone.

    Raises:
      ValueError: No such row, or several.
    """
    from glassbox.leaderboards.gate.baseline import read_baseline

    baseline = read_baseline(name)
    rows = [
        row
        for row in baseline.runs
        if row.task == task and solver in (row.solver, row.method) and split in (None, row.split)
    ]
    if len(rows) != 1:
        known = ", ".join(row.label for row in rows or baseline.runs)
        raise ValueError(f"baseline {baseline.name} has {len(rows)} rows of {task} and {solver}; choose from {known}")
    return baseline.model_copy(update={"runs": tuple(rows)})


def _or_fail(ask: Callable[[], Result]) -> Result:
    """A user's error fails the test in one line."""
    __tracebackhide__ = True
    try:
        return ask()
    except ValueError as error:
        pytest.fail(str(error), pytrace=False)

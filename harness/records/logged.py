"""What a log file holds, whatever wrote it: inspect's zipped and JSON logs, and lm-eval's results.

    for stands_for, header in headers(path): ...
    whole_samples(stands_for)

One place knows the formats; everything else asks here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from inspect_ai.log import EvalLog, EvalSample, read_eval_log, read_eval_log_sample, read_eval_log_sample_summaries

from glassbox.harness.records.collector import collector_paused
from glassbox.harness.records.lm_eval_files import is_lm_eval
from glassbox.harness.records.lm_eval_logs import lm_eval_logs

if TYPE_CHECKING:
    from inspect_ai.log import EvalSampleSummary


def headers(path: Path) -> list[tuple[Path, EvalLog]]:
    """The runs in a file without their samples, each with the file that stands for it: lm-eval has several in one."""
    if is_lm_eval(path):
        return lm_eval_logs(path, samples=False)
    return [(path, read_eval_log(path, header_only=True))]


def whole_samples(path: Path) -> Sequence[EvalSample]:
    """The run's samples with everything the log kept of them; none where it kept none."""
    if is_lm_eval(path):
        return (lm_eval_logs(path)[0][1].samples or []) if path.suffix == ".jsonl" else []
    return read_eval_log(path).samples or []


def quick_samples(path: Path) -> Sequence[EvalSample | EvalSampleSummary]:
    """The run's samples in the quickest way its format has: summaries of a zipped log, else whole.

    What both have is the same, but for long texts, which summaries cut. Those of the last two logs asked for are kept,
    as several questions are put to one log, or to a pair of them, in a row.
    """
    return _quick_samples(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _quick_samples(path: Path, changed: int) -> Sequence[EvalSample | EvalSampleSummary]:
    with collector_paused():
        if path.suffix == ".eval":
            return read_eval_log_sample_summaries(str(path))
        return whole_samples(path)  # summaries are made from them, and cost more


def forget() -> None:
    """Read the next log from its file, even if it was the last one asked for."""
    _quick_samples.cache_clear()


def sample_of(path: Path, sample: str | int) -> EvalSample | None:
    """One sample of the first epoch; None where the run ended before it, or kept none."""
    if path.suffix == ".eval":
        try:
            return read_eval_log_sample(str(path), id=sample, epoch=1)
        except (IndexError, KeyError, OSError, ValueError):
            return None
    logged = (one for one in quick_samples(path) if isinstance(one, EvalSample))
    return next((one for one in logged if (one.id, one.epoch) == (sample, 1)), None)

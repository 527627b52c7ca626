"""What a log file holds, whatever wrote it: inspect's zipped and JSON logs, and lm-eval's results.

    for stands_for, header in headers(path): ...
    whole_samples(stands_for)

One place knows the formats; everything else asks here. A file that cannot be read is an `UnreadableLog` with its name,
whichever part of it is damaged: the header of a log that was cut in the middle of its samples is whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from inspect_ai.log import EvalLog, EvalSample, read_eval_log, read_eval_log_sample, read_eval_log_sample_summaries

from glassbox.harness.records.collector import collector_paused
from glassbox.harness.records.lm_eval_files import is_lm_eval
from glassbox.harness.records.lm_eval_logs import lm_eval_logs

if TYPE_CHECKING:
    from inspect_ai.log import EvalSampleSummary


class UnreadableLog(ValueError):
    """A file that is no log, or a damaged one; the message names it and says why.

    Attributes:
      path: The file.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: not a readable log ({reason})")
        self.path = path


def headers(path: Path) -> list[tuple[Path, EvalLog]]:
    """The runs in a file without their samples, each with the file that stands for it: lm-eval has several in one.

    Raises:
      UnreadableLog: It is no log, or a damaged one.
    """
    with _named(path):
        if is_lm_eval(path):
            return lm_eval_logs(path, samples=False)
        return [(path, read_eval_log(path, header_only=True))]


def whole_logs(path: Path, attachments: bool = False) -> list[EvalLog]:
    """The run, or the runs that share the file, with their samples and everything the log kept of them.

    Args:
      path: The file that stands for it.
      attachments: Put long texts back where inspect keeps them apart.

    Raises:
      UnreadableLog: It is damaged.
    """
    with _named(path):
        if is_lm_eval(path):
            return [log for _, log in lm_eval_logs(path, samples=path.suffix == ".jsonl")]
        return [read_eval_log(path, resolve_attachments="full" if attachments else False)]


def whole_samples(path: Path) -> Sequence[EvalSample]:
    """The run's samples with everything the log kept of them; none where it kept none."""
    return whole_logs(path)[0].samples or []


def quick_samples(path: Path) -> Sequence[EvalSample | EvalSampleSummary]:
    """The run's samples in the quickest way its format has: summaries of a zipped log, else whole.

    What both have is the same, but for long texts, which summaries cut. Those of the last two logs asked for are kept,
    as several questions are put to one log, or to a pair of them, in a row.
    """
    return _quick_samples(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _quick_samples(path: Path, changed: int) -> Sequence[EvalSample | EvalSampleSummary]:
    with collector_paused(), _named(path):
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


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Any fault of one file becomes one line with its name, so that the others can still be read."""
    try:
        yield
    except UnreadableLog:
        raise
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UnreadableLog(path, reason[:120]) from error

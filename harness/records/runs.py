"""Runs as one frame, over inspect's own `evals_df`, with what it leaves out: where each number comes from.

    frame = runs_frame("logs")
    frame[frame.complete].pivot_table("score_semantic_accuracy", "solver", "split")

Reads what `load_logs` reads, lm-eval's results among it, and names unreadable files instead of stopping at them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.records.frames import readable_headers, split_of
from glassbox.harness.records.traced import Provenance, traced

if TYPE_CHECKING:
    import pandas as pd
    from inspect_ai.analysis import Column
    from inspect_ai.log import EvalLog

Fact = str | int | float | bool | None


def runs_frame(where: str | Path | Iterable[str | Path]) -> pd.DataFrame:
    """One row a run: the columns of inspect's `evals_df`, then our own; oldest first.

    Our own: `split`, `complete`, `runner` (`inspect`, `direct`, `lm-eval`), `commit`, `dirty`, `model_hash`,
    `data_hash`, `device`, `isolation`, `sandbox_component`, and `seed_*` for every seed that a run had. What is
    not known is missing. Scores follow inspect: `score_SCORE_METRIC`.

    Args:
      where: A directory of logs, searched recursively, or files. An unreadable one is named in a warning and skipped.
    """
    from inspect_ai.analysis import EvalColumns, evals_df

    logs = [log.model_copy(update={"location": str(path)}) for path, log in readable_headers(where)]
    if not logs:
        import pandas as pd

        return pd.DataFrame(columns=[column.name for column in [*EvalColumns, *_own([])] if "*" not in column.name])
    frame: pd.DataFrame = evals_df(logs, columns=[*EvalColumns, *_own(logs)], quiet=True)
    return frame.sort_values(["created", "log"], ignore_index=True)


def _own(logs: Iterable[EvalLog]) -> list[Column]:
    """Columns over the provenance of a log; a seed has one where any run has it."""
    from inspect_ai.analysis import EvalColumn

    traces = {log.location: traced(log) for log in logs}

    def column(name: str, fact: Callable[[Provenance], Fact]) -> Column:
        return EvalColumn(name, path=lambda log: fact(traces[log.location]))

    facts = ("runner", "commit", "dirty", "model_hash", "data_hash", "device", "isolation", "sandbox_component")
    seeds = sorted({seed for trace in traces.values() for seed in trace.seeds})
    return [
        EvalColumn("split", path=split_of),
        EvalColumn("complete", path=_complete),
        *(column(name, _fact(name)) for name in facts),
        *(column(f"seed_{seed}", _seed(seed)) for seed in seeds),
    ]


def _fact(name: str) -> Callable[[Provenance], Fact]:
    def read(trace: Provenance) -> Fact:
        found: Fact = getattr(trace, name)
        return found

    return read


def _seed(name: str) -> Callable[[Provenance], Fact]:
    return lambda trace: trace.seeds.get(name)


def _complete(log: EvalLog) -> bool:
    done = log.results
    return log.status == "success" and done is not None and done.completed_samples == done.total_samples

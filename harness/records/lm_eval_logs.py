"""lm-eval's results as inspect logs: boards, comparisons, audits and frames then work on them as on any other.

    [log, *others] = lm_eval_logs("out/arith/results_2026-11-21T14-11-02.973154.json")

lm-eval gives a metric and its standard error; where samples were logged, proportions get the Wilson interval that our
own scorers write, computed from them. Without samples it can be had only where lm-eval's error is that of a proportion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from inspect_ai.log import (
    EvalConfig,
    EvalDataset,
    EvalLog,
    EvalMetric,
    EvalPlan,
    EvalPlanStep,
    EvalResults,
    EvalSample,
    EvalScore,
    EvalSpec,
)
from inspect_ai.model import ChatMessageUser, ModelOutput
from inspect_ai.scorer import Score
from pydantic import JsonValue

from glassbox.harness.lm.identity import MODEL_HASH
from glassbox.harness.records.data_hash import data_hash
from glassbox.harness.records.lm_eval_files import LmEvalResults, LmEvalRow
from glassbox.harness.stats.estimate import Estimate

RUNNER = "lm-eval"
STATED = "stated"
"""In a result's metadata: what the file says of each score; the header itself is made of the samples."""
_NOT_THE_SOLVERS = frozenset({"pretrained", "solver", "device", "dtype", "model"})
_SEEDS = ("random", "numpy", "torch", "fewshot")
_ASKED = ("question", "input", "query", "problem")
"""Fields in which documents keep what is asked; the prompt also holds examples, which are no part of the data."""


def lm_eval_logs(path: str | Path, samples: bool = True) -> list[tuple[Path, EvalLog]]:
    """Every task of a results file, or the one task of a samples file, with the file that stands for it.

    Args:
      path: `results_*.json`, or one `samples_*.jsonl` beside it.
      samples: Also keep the samples; the header is computed from them either way.

    Raises:
      NotLmEval: It is no result of lm-eval.
    """
    results = LmEvalResults.read(path)
    logs = [(results.samples_file(task) or results.path, _log(results, task, samples)) for task in results.tasks()]
    return [one for one in logs if one[0] == Path(path)] if Path(path).suffix == ".jsonl" else logs


def _log(results: LmEvalResults, task: str, keep: bool) -> EvalLog:
    header, config = results.header, results.header.config
    rows = results.rows(task)
    samples = _samples(rows, config.model or "unknown", _metrics(results, task))
    spec = _spec(results, task, samples)
    scores = _scores(results, task, rows)
    total = header.counted[task].effective if task in header.counted else len(samples) or _counted(scores)
    step = EvalPlanStep(solver=str(spec.solver), params=spec.solver_args or {}, params_passed=spec.solver_args or {})
    return EvalLog(
        status="success",
        eval=spec,
        plan=EvalPlan(steps=[step]),
        results=EvalResults(
            total_samples=total, completed_samples=total, scores=scores, metadata={STATED: _stated(results, task)}
        ),
        samples=samples if keep else None,
    )


def _spec(results: LmEvalResults, task: str, samples: Sequence[EvalSample]) -> EvalSpec:
    header, config = results.header, results.header.config
    setting, counted = results.task(task), header.counted.get(task)
    arguments = dict(config.model_args)
    solver = config.get("solver") or arguments.get("solver") or setting.output_type
    shots, limit = header.shots.get(task) or 0, config.get("limit")
    asked = {"num_fewshot": shots} if shots else {}
    return EvalSpec(
        created=results.begun.isoformat(timespec="seconds"),
        task=setting.known_as(task),
        task_id=f"{results.path.stem}-{task}",
        task_version=str(header.versions.get(task, "0")),
        task_args=asked,
        task_args_passed=asked,
        solver=str(solver),
        solver_args={name: value for name, value in arguments.items() if name not in _NOT_THE_SOLVERS} | asked,
        dataset=EvalDataset(
            name=setting.dataset_path or task,
            samples=counted.original if counted else len(samples),
            sample_ids=[sample.id for sample in samples],
            shuffled=False,
        ),
        model=results.model,
        model_args={name: arguments[name] for name in ("device", "dtype") if name in arguments},
        config=EvalConfig(limit=int(limit) if isinstance(limit, int | float) and limit >= 1 else None, epochs=1),
        packages={"lm_eval": header.lm_eval_version or "unknown"},
        metadata=_metadata(results, task, samples),
    )


def _metadata(results: LmEvalResults, task: str, samples: Sequence[EvalSample]) -> dict[str, JsonValue]:
    """Provenance under the keys of our own logs; what our model type wrote into the header beside what lm-eval did."""
    header, config = results.header, results.header.config
    kept = config.get("provenance")
    seeds: dict[str, JsonValue] = {
        seed: config.get(f"{seed}_seed") for seed in _SEEDS if config.get(f"{seed}_seed") is not None
    }
    own: dict[str, JsonValue] = dict(kept) if isinstance(kept, Mapping) else {}
    counted = header.counted.get(task)
    whole = bool(samples) and (counted is None or counted.original == len(samples))
    return {
        "version.lm-eval": header.lm_eval_version,
        "version.transformers": header.transformers_version,
        "git.commit": header.git_hash,
        "device": config.get("device"),
        **own,
        MODEL_HASH: config.get(MODEL_HASH),
        f"{MODEL_HASH}_of": results.model,
        "data_hash": data_hash((s.id, s.input, s.target) for s in samples) if whole else None,
        "seeds": seeds,
        "split": results.task(task).split,
        "artefacts": config.get("artefacts"),
        "runner": RUNNER,
    }


def _metrics(results: LmEvalResults, task: str) -> tuple[str, ...]:
    """The metrics of a task by the results, for versions whose samples do not list them."""
    return tuple(dict.fromkeys(key.partition(",")[0] for key in results.header.results[task]))


def _samples(rows: Sequence[LmEvalRow], model: str, metrics: Sequence[str]) -> list[EvalSample]:
    """One sample a document, with the scores of every filter."""
    documents: dict[int, list[LmEvalRow]] = {}
    for row in rows:
        documents.setdefault(row.doc_id, []).append(row)
    named = [lines[0].doc.get("id") for lines in documents.values()]
    have_ids = all(isinstance(one, str | int) for one in named) and len({str(one) for one in named}) == len(named)
    return [_sample(lines, model, metrics, have_ids) for lines in documents.values()]


def _sample(lines: Sequence[LmEvalRow], model: str, metrics: Sequence[str], has_id: bool) -> EvalSample:
    first = lines[0]
    asked = next((name for name in _ASKED if isinstance(first.doc.get(name), str)), None)
    known, choices = first.doc.get("id"), first.doc.get("choices")
    numbers = {
        _score_name(metric, line.filter): value
        for line in lines
        for metric in line.metrics or metrics
        if (value := line.value(metric)) is not None
    }
    return EvalSample(
        id=known if has_id and isinstance(known, str | int) else first.doc_id,
        epoch=1,
        input=str(first.doc[asked]) if asked else first.prompt,
        choices=[str(one) for one in choices] if isinstance(choices, list) else None,
        target=[str(one) for one in first.target] if isinstance(first.target, list) else str(first.target),
        messages=[ChatMessageUser(content=first.prompt)] if first.prompt else [],
        output=ModelOutput(model=model, completion=first.completion),
        metadata={name: value for name, value in first.doc.items() if name not in (asked, "id", "target")},
        scores={name: Score(value=value, answer=first.completion or None) for name, value in numbers.items()},
    )


def _scores(results: LmEvalResults, task: str, rows: Sequence[LmEvalRow]) -> list[EvalScore]:
    """The run's metrics: from its samples where they are numbers there, else as lm-eval gives them."""
    found: list[EvalScore] = []
    filtered = any("," in key for key in results.header.results[task])  # version 0.3 has no filters
    for key, value in results.header.results[task].items():
        metric, comma, kept_by = key.partition(",")
        if (
            (filtered and not comma)
            or metric.endswith("_stderr")
            or isinstance(value, bool)
            or not isinstance(value, int | float)
        ):
            continue
        kept_by = kept_by or "none"
        values = [one for row in rows if row.filter == kept_by and (one := row.value(metric)) is not None]
        error = results.header.results[task].get(f"{metric}_stderr{comma}{kept_by if comma else ''}")
        total = results.header.counted[task].effective if task in results.header.counted else len(values)
        merit = (results.header.higher_is_better.get(task) or {}).get(metric) is not False
        name = _score_name(metric, kept_by)
        figures = _of_samples(values, merit) if values else _of_header(float(value), error, total, merit)
        metrics = {label: EvalMetric(name=label, value=figure) for label, figure in figures.items()}
        found.append(EvalScore(name=name, scorer=name, metrics=metrics))
    return found


def _stated(results: LmEvalResults, task: str) -> dict[str, float]:
    """What lm-eval's results say of each score, whatever its samples give."""
    keys = ((key.partition(","), value) for key, value in results.header.results[task].items())
    return {
        _score_name(metric, kept_by or "none"): float(value)
        for (metric, _, kept_by), value in keys
        if isinstance(value, int | float) and not isinstance(value, bool) and not metric.endswith("_stderr")
    }


def _counted(scores: Sequence[EvalScore]) -> int:
    """Documents behind the scores, should the header not tell."""
    return max((int(one.metrics["n"].value) for one in scores if "n" in one.metrics), default=0)


def _of_samples(values: Sequence[float], merit: bool) -> dict[str, float]:
    n, mean = len(values), math.fsum(values) / len(values)
    if set(values) <= {0.0, 1.0}:
        return _proportion(mean, n, merit)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / max(n - 1, 1))
    return {"mean": mean, "stderr": spread / math.sqrt(n), "n": n}


def _of_header(value: float, error: JsonValue, n: int, merit: bool) -> dict[str, float]:
    """A proportion betrays itself: its count is whole, and its error is sqrt(p (1 - p) / (n - 1)).

    Where the number of documents is not kept, the error of a proportion tells it.
    """
    stated = float(error) if isinstance(error, int | float) else math.nan
    if not n and 0 < value < 1 and 0 < stated < 1:
        n = round(value * (1 - value) / stated**2) + 1
    counted = n > 1 and 0 <= value <= 1 and math.isclose(value * n, round(value * n), abs_tol=1e-6)
    if counted and math.isclose(stated, math.sqrt(value * (1 - value) / (n - 1)), rel_tol=1e-6, abs_tol=1e-9):
        return _proportion(value, n, merit)
    return {"mean": value, "stderr": stated, "n": n}


def _proportion(value: float, n: int, merit: bool) -> dict[str, float]:
    """As `glassbox.scorers.metrics.proportion` writes it; a rate is no merit."""
    found = Estimate.of_count(round(value * n), n)
    return {"accuracy" if merit else "rate": value, "low": found.low, "high": found.high, "n": n}


def _score_name(metric: str, kept_by: str) -> str:
    return metric if kept_by == "none" else f"{metric},{kept_by}"

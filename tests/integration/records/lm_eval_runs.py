"""Runs of lm-eval itself, written by its own writer into results and samples files; no network, no mocks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from lm_eval import simple_evaluate  # type: ignore[import-untyped]
from lm_eval.loggers import EvaluationTracker  # type: ignore[import-untyped]
from lm_eval.tasks import TaskManager  # type: ignore[import-untyped]

import glassbox.harness.lm_eval.model  # noqa: F401 - registers the model type `open`

torch.set_num_threads(1)
OURS = Path(__file__).resolve().parents[3] / "tasks" / "lm_eval"

SUMS = [
    {"q": "What is 2 plus 3?", "a": "2 + 3", "choices": ["5", "7"], "label": 0},
    {"q": "What is 4 plus 3?", "a": "4 + 3", "choices": ["5", "7"], "label": 1},
    {"q": "What is 9 minus 3?", "a": "10 - 3", "choices": ["6", "7"], "label": 1},
    {"q": "What is 8 times 3?", "a": "8 * 3", "choices": ["25", "24"], "label": 1},
]
GENERIC: dict[str, dict[str, Any]] = {
    "sums_exact": {
        "output_type": "generate_until",
        "doc_to_text": "Question: {{q}}\nExpression:",
        "doc_to_target": "{{a}}",
        "generation_kwargs": {"until": ["\n"], "max_gen_toks": 12, "do_sample": False},
        "filter_list": [
            {"name": "first-line", "filter": [{"function": "remove_whitespace"}, {"function": "take_first"}]},
            {"name": "as-written", "filter": [{"function": "take_first"}]},
        ],
        "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
    },
    "sums_choice": {
        "output_type": "multiple_choice",
        "doc_to_text": "Question: {{q}}\nAnswer:",
        "doc_to_choice": "{{choices}}",
        "doc_to_target": "{{label}}",
        "metric_list": [
            {"metric": name, "aggregation": "mean", "higher_is_better": True} for name in ("acc", "acc_norm")
        ],
    },
    "sums_text": {
        "output_type": "loglikelihood_rolling",
        "doc_to_text": "",
        "doc_to_target": "{{q}}",
        "metric_list": [{"metric": "word_perplexity", "aggregation": "weighted_perplexity", "higher_is_better": False}],
    },
}


def generic_tasks(folder: Path) -> Path:
    """A folder of tasks over a local JSONL file, as a user of lm-eval writes them."""
    data = folder / "sums.jsonl"
    data.write_text("".join(json.dumps(one) + "\n" for one in SUMS), encoding="utf-8")
    for name, settings in GENERIC.items():
        source = {"data_files": {"test": str(data)}, "cache_dir": str(folder / "cache")}
        task = {"task": name, "dataset_path": "json", "dataset_kwargs": source, "test_split": "test", **settings}
        (folder / f"{name}.yaml").write_text(json.dumps({**task, "metadata": {"version": 1.0}}), encoding="utf-8")
    return folder


def run_lm_eval(
    where: Path, tasks: list[str], include: Path = OURS, *, log_samples: bool = True, **settings: Any
) -> Path:
    """Run, write, and name the results file.

    Args:
      where: `--output_path`.
      tasks: Their names.
      include: `--include_path`.
      log_samples: `--log_samples`.
      settings: Of `simple_evaluate`; `model_args` by default `pretrained=arith`, `problems` as in --metadata.
    """
    arguments = {"pretrained": "arith", **settings.pop("model_args", {})}
    metadata = {"pretrained": "arith", "problems": settings.pop("problems", {})}
    manager = TaskManager(include_path=str(include), include_defaults=False, metadata=metadata)
    tracker = EvaluationTracker(output_path=str(where))
    found: dict[str, Any] = simple_evaluate(
        "open",
        model_args=arguments,
        tasks=tasks,
        task_manager=manager,
        batch_size=16,
        log_samples=log_samples,
        evaluation_tracker=tracker,
        **settings,
    )
    samples = found.pop("samples") if log_samples else None
    tracker.save_results_aggregated(results=found, samples=samples)
    for task, rows in (samples or {}).items():
        tracker.save_results_samples(task_name=task, samples=rows)
    (results,) = where.rglob("results_*.json")
    return results

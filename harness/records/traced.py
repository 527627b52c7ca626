"""Where a logged run comes from, read back alike from the logs of every door: inspect, the direct path, lm-eval.

    traced(read_eval_log(path, header_only=True)).missing       # ('isolation', 'sandbox_component')

What a foreign log does not tell is None, and named in `missing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from glassbox.harness.lm.identity import MODEL_HASH
from glassbox.harness.sandbox.component import SANDBOX_COMPONENT

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog

INSPECT = "inspect"


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is known of a run.

    Attributes:
      runner: The door it came through: `inspect`, `direct` or `lm-eval`.
      versions: Of packages and Python, by name.
      commit: Of the code that ran; None for an installed copy outside a repository.
      dirty: Whether that code had changes that were not committed.
      model_hash: Content address of configuration, weights and tokenizer; None for a model behind an API.
      data_hash: Content address of the task's whole data set, see `glassbox.harness.records.data_hash`.
      seeds: Every seed that was given or set, by what it is for.
      device: Where the model ran; None for a model behind an API.
      platform: Operating system and processor.
      isolation: What held the code that ran; None where no code of a model's ran.
      sandbox_component: Which of the sandbox's components judged; None where none did, or the log is older than them.
    """

    runner: str
    versions: Mapping[str, str]
    commit: str | None
    dirty: bool | None
    model_hash: str | None
    data_hash: str | None
    seeds: Mapping[str, int]
    device: str | None
    platform: str | None
    isolation: str | None
    sandbox_component: str | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the facts that the log does not hold."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name) in (None, {}))


def traced(log: EvalLog) -> Provenance:
    """The facts in a log's header."""
    spec, kept = log.eval, log.eval.metadata or {}
    nested = kept.get("provenance")
    facts = {**nested, **kept} if isinstance(nested, Mapping) else kept
    versions = {name.removeprefix("version."): str(value) for name, value in facts.items() if _is_version(name, value)}
    revision = spec.revision
    commit = _text(facts.get("git.commit")) or (revision.commit if revision else None)
    dirty = facts.get("git.dirty", revision.dirty if revision else None)
    component = _text(facts.get(SANDBOX_COMPONENT))
    judge = {SANDBOX_COMPONENT: component} if component else {}
    # A log that says nothing of the model's identity knows this process's device, which need not be the model's.
    of_model = MODEL_HASH in facts and facts.get(f"{MODEL_HASH}_of", spec.model) == spec.model
    return Provenance(
        runner=str(facts.get("runner", INSPECT)),
        versions={name.replace("_", "-"): version for name, version in spec.packages.items()} | versions | judge,
        commit=commit,
        dirty=dirty if isinstance(dirty, bool) else None,
        model_hash=_text(facts.get(MODEL_HASH)) if of_model else None,
        data_hash=_text(facts.get("data_hash")),
        seeds=_seeds(log, facts),
        device=_text(spec.model_args.get("device")) or (_text(facts.get("device")) if of_model else None),
        platform=", ".join(str(facts[name]) for name in ("platform", "cpu") if facts.get(name)) or None,
        isolation=_text(facts.get("isolation")) or _sandbox(log),
        sandbox_component=component,
    )


def _seeds(log: EvalLog, facts: Mapping[str, object]) -> dict[str, int]:
    """Every argument called seed, the seed of sampling, and those a runner wrote down."""
    spec = log.eval
    given = facts.get("seeds")
    found: dict[str, object] = dict(given) if isinstance(given, Mapping) else {}
    found |= {"data": facts.get("data_seed"), "sampling": spec.model_generate_config.seed}
    solver = {name: value for step in log.plan.steps for name, value in step.params.items()}
    for owner, arguments in (("task", spec.task_args), ("solver", solver)):
        for name, value in arguments.items():
            if "seed" in name.split("_"):
                found["_".join([owner, *(part for part in name.split("_") if part != "seed")])] = value
    return {name: value for name, value in found.items() if isinstance(value, int) and not isinstance(value, bool)}


def _sandbox(log: EvalLog) -> str | None:
    """The kind of sandbox that inspect gave the samples."""
    return f"inspect sandbox {log.eval.sandbox.type}" if log.eval.sandbox else None


def _is_version(name: str, value: object) -> bool:
    return name.startswith("version.") and value is not None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None

"""Which logs test a claim, and which commands would make them.

    for group in groups(claim, load_logs("logs")): ...       # one for each model, data and setting
    commands(claim)                                          # "glassbox eval ir_arith --solver ir_head", ...

A run fits when task, solver and split agree and it was given exactly the claim's arguments, besides those that are
free. Of several runs that fit alike the latest counts, never the best: to choose by these samples would be to fit them.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath

from glassbox.harness.records.frames import Arguments, RunRecord
from glassbox.leaderboards.claims.claim import Claim, Run, Scalar
from glassbox.leaderboards.claims.kind import Roles

NEUTRAL = frozenset({"n", "seed", "longest", "keep", "slots", "abreast", "stop", "device"})
"""Arguments that choose which samples are drawn or how the work is laid out: no claim is about them."""
NO_MODEL = "no model"


@dataclass(frozen=True, slots=True)
class Group:
    """Runs of one model on one set of data in one setting, in the roles of a claim.

    Attributes:
      model: As shown: without the folder it was read from.
      split: Of the data.
      setting: Free arguments that the runs were given.
      runs: By role; empty where only some of the roles are filled.
      lacking: What is missing, in words; empty where nothing is.
    """

    model: str
    split: str
    setting: str
    runs: Roles
    lacking: str = ""

    @property
    def records(self) -> list[RunRecord]:
        """The runs of all roles."""
        return [record for runs in self.runs.values() for record in runs]


def groups(claim: Claim, records: Iterable[RunRecord]) -> list[Group]:
    """One group for each model, split and setting of which there is a complete run in the claim's first role."""
    complete = [record for record in records if record.complete]
    if not claim.runs:
        return []
    first, *others = claim.statistic.roles
    found: dict[tuple[str, str, str], list[RunRecord]] = {}
    for record in _by_age(complete):
        if fits(record, claim.runs[first]):
            key = (record.model, record.split, _setting(record, claim.runs[first]))
            found.setdefault(key, []).append(record)
    made = [_group(claim, first, others, key, alike, complete) for key, alike in sorted(found.items())]
    return sorted(made, key=lambda group: (group.model, group.split, group.setting))


def _group(
    claim: Claim,
    first: str,
    others: Sequence[str],
    key: tuple[str, str, str],
    alike: Sequence[RunRecord],
    complete: Sequence[RunRecord],
) -> Group:
    model, split, setting = key
    head = Group(shown_model(model), split, setting, {})
    run = claim.runs[first]
    if run.vary:
        return _over_values(head, first, run, alike)
    for record in reversed(alike):
        partners = {role: _partner(record, claim.runs[role], complete) for role in others}
        if None not in partners.values():
            chosen = {role: [partner] for role, partner in partners.items() if partner is not None}
            return Group(head.model, split, setting, {first: [record], **chosen})
    wanted = ", ".join(" ".join([claim.runs[role].solver, *given(claim.runs[role].solver_args)]) for role in others)
    return Group(head.model, split, setting, {}, f"no run of {wanted} on the same samples stands beside it")


def _over_values(head: Group, role: str, run: Run, alike: Sequence[RunRecord]) -> Group:
    """One run a value, all of the task version of the newest one."""
    [(name, values)] = run.vary.items()
    comparable = [record for record in alike if record.task_version == alike[-1].task_version]
    latest = {_text(record.solver_args_passed.get(name)): record for record in comparable}
    lacking = [str(value) for value in values if _text(value) not in latest]
    if lacking:
        return Group(head.model, head.split, head.setting, {}, f"runs with {name}={', '.join(lacking)} are missing")
    return Group(head.model, head.split, head.setting, {role: [latest[_text(value)] for value in values]})


def fits(record: RunRecord, run: Run) -> bool:
    """Whether a run is of this role."""
    if (record.task, record.solver) != (run.task, run.solver) or run.split not in (None, record.split):
        return False
    values = {name: tuple(map(_text, allowed)) for name, allowed in run.vary.items()}
    return (
        _agree(record.task_args_passed, run.task_args, {*run.free, "split"})
        and _agree(record.solver_args_passed, run.solver_args, {*run.free, *run.vary})
        and all(_text(record.solver_args_passed.get(name)) in allowed for name, allowed in values.items())
    )


def _agree(given: Arguments, wanted: Mapping[str, Scalar], free: set[str]) -> bool:
    """Nothing else than wanted, free and neutral arguments was given, and the wanted ones as they should be."""
    named = {name: value for name, value in given.items() if value is not None}
    if any(name not in wanted and name not in free and name not in NEUTRAL for name in named):
        return False
    return all(name in free or _same(name, named.get(name), value) for name, value in wanted.items())


def _same(name: str, given: object, wanted: Scalar) -> bool:
    if name == "path":
        return given is not None and fnmatchcase(PurePath(str(given)).name, str(wanted))
    return _text(given) == _text(wanted)


def _text(value: object) -> str:
    """Numbers keep their kind: layer 1 is an index, layer 1.0 the whole depth."""
    return str(value)


def _partner(record: RunRecord, run: Run, complete: Sequence[RunRecord]) -> RunRecord | None:
    """The latest run of a role on the same samples and the same model."""
    beside = [
        other
        for other in _by_age(complete)
        if fits(other, run)
        and other.key != record.key
        and (other.task_version, other.split, other.samples_digest)
        == (record.task_version, record.split, record.samples_digest)
        and other.model == record.model
    ]
    return beside[-1] if beside else None


def commands(claim: Claim, model: str | None = None) -> list[str]:
    """The commands whose logs test a claim, in the order of its roles; empty where none does.

    Args:
      claim: The claim.
      model: A model to run on instead of the task's own.
    """
    return [_command(run, model) for run in _single_runs(claim)]


def missing(claim: Claim, records: Iterable[RunRecord], model: str | None = None) -> list[str]:
    """Those of its commands that no complete log is of; all of them where the logs there do not go together.

    Args:
      claim: The claim; one that can be judged misses nothing.
      records: The runs at hand, already of the model that is asked about.
      model: A model to run on instead of the task's own.
    """
    complete = [record for record in records if record.complete]
    runs = _single_runs(claim)
    lacking = [run for run in runs if not any(fits(record, run) for record in complete)]
    return [_command(run, model) for run in lacking or runs]


def _single_runs(claim: Claim) -> list[Run]:
    """The runs of every role; one for each value where a claim ranges over an argument."""
    found: dict[str, Run] = {}
    for run in claim.runs.values():
        settings: list[dict[str, Scalar]] = [{}]
        for name, values in run.vary.items():
            settings = [{name: value} for value in values]
        for setting in settings:
            single = run.model_copy(update={"solver_args": {**run.solver_args, **setting}, "vary": {}})
            found.setdefault(single.model_dump_json(), single)
    return list(found.values())


def _command(run: Run, model: str | None) -> str:
    task_args = dict(run.task_args)
    if run.split is not None and "source" not in task_args and run.task.startswith("ir_"):
        task_args = {"split": run.split, **task_args}
    words = ["glassbox", "eval", run.task, "--solver", run.solver]
    words += [word for pair in given(task_args) for word in ("-T", pair)]
    words += [word for pair in given(run.solver_args) for word in ("-S", pair)]
    chosen = model or run.model
    return shlex.join([*words, *(["--model", chosen] if chosen else [])])


def given(arguments: Mapping[str, Scalar]) -> list[str]:
    """Arguments as a command line has them."""
    return [f"{name}={value}" for name, value in arguments.items()]


def shown_model(model: str) -> str:
    """`open/stories260K+words`: a model or adapter read from a folder has the folder's name, wherever it lies."""
    provider, _, name = model.partition("/")
    if provider == "none":
        return NO_MODEL
    parts = [PurePath(part).name if part.startswith(("/", "./", "../", "~")) else part for part in name.split("+")]
    return f"{provider}/{'+'.join(parts)}"


def _setting(record: RunRecord, run: Run) -> str:
    given = {**record.task_args_passed, **record.solver_args_passed}
    free = {name: value for name, value in sorted(given.items()) if name in run.free and value is not None}
    return " ".join(f"{name}={PurePath(str(v)).name if name == 'path' else v}" for name, v in free.items())


def _by_age(records: Iterable[RunRecord]) -> list[RunRecord]:
    return sorted(records, key=lambda record: (record.created, record.path.name))

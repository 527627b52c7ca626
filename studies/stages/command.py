"""`glassbox stages`: the seed's staged experiment with its gates, as real runs whose logs every board sees.

    glassbox stages
    glassbox stages --task dcm_squad --path dev-v2.0.json --n 100 --model open/arith
    glassbox stages --no-gates -S k=8 --ablate none

Exit 0 every gate was passed, 1 a gate failed or a signal stopped a run (the last lines say which and by how much),
2 a user's error. What was found is kept: a killed experiment that is started again searches no pair twice.
"""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassbox.harness.cli.arguments import fitting, known, parsed
from glassbox.harness.cli.spelling import meant
from glassbox.harness.records.export import RECORDS, add_format, exported
from glassbox.harness.records.files import writable, write_atomically, write_or_keep
from glassbox.harness.records.reading import add_log_dir
from glassbox.harness.tables.table import Cell, Column, Table, TableRow, Tone

if TYPE_CHECKING:
    from glassbox.studies.stages.experiment import Experiment
    from glassbox.studies.stages.gate import Stage

HELP = "run the seed's staged soft-prompt experiment with its gates"

TASKS = ("dcm_squad", "dcm_triviaqa", "dcm_nq", "dcm_arithmetic", "dcm_sudoku", "dcm_arc")

COLUMNS = (
    Column("share of pairs", text=True),
    Column("found", spare=1),
    Column("%"),
    Column("asked for", text=True),
    Column("verdict", text=True),
)
TONES: dict[str, Tone] = {"passed": "good", "failed": "bad"}

DISPLAYS = ("full", "conversation", "rich", "plain", "log", "none")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which pairs, which model, how to search, and what may stop it."""
    parser.add_argument("--task", choices=TASKS, default="dcm_squad", help="task of tasks/soft_prompt.py")
    parser.add_argument("--path", type=Path, help="official file of the task; the project's own pairs without one")
    parser.add_argument("--n", type=int, help="pairs (default: the task's own number)")
    parser.add_argument("--longest", type=int, help="leave out pairs with a text of more characters")
    parser.add_argument("--seed", type=int, help="seed of the draw (default: the task's own)")
    parser.add_argument("--model", help="such as open/arith or open/FOLDER (default: the reference model)")
    parser.add_argument("--device", help="such as cuda:0 (default: what there is)")
    parser.add_argument("--by", choices=("exact", "loss"), default="exact", help="what a pair counts by (exact)")
    parser.add_argument("--no-gates", action="store_true", help="go on where a gate or a signal would stop")
    parser.add_argument("--paraphraser", metavar="MODEL", help="model that writes paraphrases by the seed's rule")
    parser.add_argument(
        "-S", dest="settings", action="append", default=[], metavar="NAME=VALUE", help="as --solver dcm"
    )
    parser.add_argument("--ablate", nargs="*", metavar="NAME", help="ablations by name, or none (default: all)")
    parser.add_argument("--ablate-pairs", type=int, default=8, help="first pairs that ablations look at (8)")
    add_log_dir(parser, "where inspect writes")
    parser.add_argument("--json", type=Path, help="where the result goes (default: stages-TASK-MODEL.json beside logs)")
    add_format(parser)
    parser.add_argument("--display", choices=DISPLAYS, help="also inspect's own progress (default: none)")


def run(args: argparse.Namespace) -> int:
    """Run the stages in turn, print the table, write the JSON."""
    from glassbox.harness.cli.terminal import show
    from glassbox.harness.records.provenance import provenance
    from glassbox.harness.tables.render import rich_tables

    experiment = _experiment(args)
    done: list[Stage] = []
    for stage in _stages(experiment, args):
        done.append(stage)
        if stage.verdict in ("failed", "stopped") and not args.no_gates:
            break
    target = args.json or args.log_dir / f"stages-{args.task}-{Path(experiment.model.name).name}.json"
    about = {"task": args.task, "model": str(experiment.model), "by": args.by, "provenance": provenance(args.device)}
    write_or_keep(target, lambda path: write_atomically(path, _written(done, "json", **about)))
    bad = [stage for stage in done if stage.verdict in ("failed", "stopped")]
    if args.format in RECORDS:
        print(_written(done, args.format, **about), end="")
        return int(bool(bad))
    show(rich_tables([table(stage) for stage in done]))
    for stage in bad:
        print(f"stage {stage.number} {stage.verdict}: {stage.reason}")
    return int(bool(bad))


def _experiment(args: argparse.Namespace) -> Experiment:
    from inspect_ai.model import get_model

    from glassbox.studies.stages.experiment import Experiment
    from glassbox.tasks.reference import REFERENCE

    if args.model is not None and "/" not in args.model:
        raise ValueError(f"--model {args.model} names no provider; did you mean open/{args.model}?")
    for folder in {args.log_dir, args.json.parent if args.json else args.log_dir}:
        writable(folder)
    names = {"path": args.path and str(args.path.resolve()), "n": args.n, "longest": args.longest, "seed": args.seed}
    device = {"device": args.device} if args.device else {}
    return Experiment(
        args.task,
        {name: value for name, value in names.items() if value is not None},
        model=get_model(args.model or REFERENCE, **device),
        log_dir=args.log_dir,
        paraphraser=args.paraphraser,
        settings=_settings(args.settings),
        halt=not args.no_gates,
        display=args.display,
    )


def _stages(experiment: Experiment, args: argparse.Namespace) -> Iterator[Stage]:
    """Each stage when it is asked for: nothing of a later one runs before."""
    from glassbox.studies.stages.infrastructure import infrastructure
    from glassbox.studies.stages.plan import ablations, decoding, joint, single

    names = _ablations(args.ablate)
    yield infrastructure(experiment)
    yield single(experiment, args.by)
    stage, found = joint(experiment, args.by)
    yield stage
    yield decoding(found)
    if names:
        yield ablations(experiment, args.by, args.ablate_pairs, names)


def _ablations(asked: Sequence[str] | None) -> list[str]:
    from glassbox.studies.stages.plan import ABLATIONS

    if asked is None:
        return list(ABLATIONS)
    for name in asked:
        if name not in ABLATIONS and name != "none":
            raise ValueError(f"no ablation {name!r}; {meant(name, ABLATIONS)}there are {', '.join(ABLATIONS)}")
    return [name for name in asked if name != "none"]


def _settings(given: Sequence[str]) -> dict[str, Any]:
    """Arguments of `glassbox.solvers.dcm.dcm`, but for what the stages themselves set.

    Raises:
      ValueError: One is none, or does not fit.
    """
    from glassbox.solvers.dcm import dcm

    settings = parsed(given, "-S")
    for name in settings:
        known(name, sorted({*inspect.signature(dcm).parameters} - {"targets", "halt"}), "the search")
    return fitting(dcm, settings)


def _written(stages: Sequence[Stage], form: str, **about: object) -> str:
    """A record a gate; beside them the stages, and what all have in common."""
    gates = [
        {
            "stage": stage.number,
            "gate": gate.name,
            "share": gate.share,
            "threshold": gate.threshold,
            "target": gate.target,
            "verdict": gate.verdict,
        }
        for stage in stages
        for gate in stage.gates
    ]
    told = [stage.model_dump(mode="json", exclude={"gates"}) for stage in stages]
    return exported("stages", gates, form, stages=told, **about)


def table(stage: Stage) -> Table:
    """A stage with its gates, its facts below them."""
    rows = []
    for gate in stage.gates:
        asked = [f">= {gate.threshold:.0%}"] if gate.threshold is not None else []
        hoped = [f"hoped > {gate.target:.0%}"] if gate.target is not None else []
        share = gate.share.text if gate.share else ""
        verdict = "" if gate.verdict == "told" else gate.verdict
        texts = TableRow.of(gate.name, f"{gate.successes}/{gate.n}", share, ", ".join(asked + hoped))
        rows.append(TableRow((*texts.cells, Cell(verdict, verdict or None, TONES.get(verdict, "")))))
    facts = tuple(f"{name}: {value}" for name, value in stage.facts.items())
    return Table(f"Stage {stage.number}, {stage.verdict}: {stage.title}", COLUMNS, tuple(rows), facts)

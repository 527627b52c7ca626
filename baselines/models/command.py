"""`glassbox models`: list, fetch, train, describe and re-measure the reference models.

glassbox models list
glassbox models fetch smol
glassbox models path smol              # for `inspect eval ... --model hf/$(glassbox models path smol)`
glassbox models train arith --steps 3600
glassbox models card arith
glassbox models check arith
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.lm.shipped import fetchable_models, shipped_models
from glassbox.harness.records.export import RECORDS, add_format, exported
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.tables.table import Cell, Column, Table, TableRow

if TYPE_CHECKING:
    from glassbox.baselines.models.card import Card, Metric

HELP = "list, fetch, train, describe and re-measure the reference models"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`list`, `fetch`, `path`, `train`, `card` and `check`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="what is shipped, what it weighs and how good it is")
    add_format(listing)
    _add_name(actions.add_parser("fetch", help="fetch a model over the package index, with pip's own configuration"))
    _add_name(actions.add_parser("path", help="print the folder of a model"))
    _add_train(
        actions.add_parser("train", help="train a model, or finish one from its checkpoints, and write its card")
    )
    card = actions.add_parser("card", help="print a model's page")
    _add_name(card)
    add_format(card)
    check = actions.add_parser("check", help="measure again; exit 1 when worse than the card's interval")
    _add_name(check)
    check.add_argument("--n", type=int, default=1000, help="problems of each split (default 1000)")
    add_format(check)


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""
    actions = {"list": _list, "fetch": _fetch, "path": _path, "train": _train, "card": _card, "check": _check}
    return actions[args.action](args)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="the recipe, such as arith")
    parser.add_argument("--steps", type=int, help="length of training (default: the recipe's)")
    parser.add_argument("--seed", type=int, help="seed of weights and text (default: the recipe's)")
    parser.add_argument("--out", type=Path, help="folder of the finished model (default: where it is shipped)")
    parser.add_argument(
        "--checkpoints", type=Path, help="folder of checkpoints, taken up where they stand (default: runs/models/NAME)"
    )
    parser.add_argument("--tokenizer", type=Path, help="folder of a tokenizer to use instead of learning it")
    parser.add_argument("--hardware", help="what it was trained on, for the card, if not on this machine")
    parser.add_argument("--n", type=int, default=1000, help="problems of each split measured for the card")


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="short name of a model, or a model folder")


def _list(args: argparse.Namespace) -> int:
    from glassbox.baselines.models.card import CardError, read_card
    from glassbox.baselines.models.recipes import RECIPES

    cards: dict[str, Card] = {}
    broken: dict[str, str] = {}
    for name, folder in shipped_models().items():
        try:
            cards[name] = read_card(folder)
        except CardError as error:
            broken[name] = str(error)
    for name in RECIPES:
        if name not in cards:
            broken.setdefault(name, f"not trained yet; glassbox models train {name}")
    if args.format in RECORDS:
        shipped = [*map(_record, cards.values()), *map(_fetchable, fetchable_models())]
        lacking = [{"name": name, "fault": fault} for name, fault in broken.items()]
        print(exported("models", [*shipped, *lacking], args.format), end="")
        return 0
    columns = (
        Column("model", text=True),
        Column("parameters", spare=1),
        Column("weights", spare=2),
        Column("trained on", text=True),
        Column("held-out wording, text pipeline"),
    )
    rows = [
        TableRow.of(
            name,
            f"{card.parameters:,}",
            f"{card.weights_bytes / 2**20:.1f} MiB",
            card.training.hardware,
            _headline(card),
        )
        for name, card in cards.items()
    ]
    for name in fetchable_models():
        record = _fetchable(name)
        if not record["folder"]:
            broken[name] = f"not fetched yet; glassbox models fetch {name}"
        else:
            rows.append(TableRow.of(name, "", "", f"fetched: {record['requirement']}", ""))
    _show(columns, rows, [f"{name}: {fault}" for name, fault in broken.items()])
    return 0


def _show(columns: Sequence[Column], rows: Sequence[TableRow], notes: Sequence[str]) -> None:
    from glassbox.harness.cli.terminal import show
    from glassbox.harness.tables.render import rich_tables

    show(rich_tables([Table("", tuple(columns), tuple(rows), tuple(notes))]))


def _headline(card: Card) -> str:
    """The figure that says most: the text pipeline on unseen wording, or the first that was measured."""
    named = {metric.name: metric for metric in card.metrics}
    first = named.get("single/held_out_templates/pipeline") or next(iter(card.metrics), None)
    return first.text() if first else "not measured"


def _fetch(args: argparse.Namespace) -> int:
    from glassbox.harness.cli.progress import progress
    from glassbox.harness.lm.folders import fetch_model

    with progress() as tick:
        folder = fetch_model(args.name, tick)
    print(f"{args.name}: {folder}")
    return 0


def _path(args: argparse.Namespace) -> int:
    print(_folder(args.name))
    return 0


def _train(args: argparse.Namespace) -> int:
    from glassbox.baselines.models.build import Order, build

    order = Order(
        name=args.name,
        out=args.out or Path(__file__).resolve().parent / args.name,
        checkpoints=args.checkpoints or Path("runs/models") / args.name,
        steps=args.steps,
        seed=args.seed,
        tokenizer=args.tokenizer,
        hardware=args.hardware,
        n=args.n,
    )
    card = build(order)
    print(f"{order.out}: {card.parameters:,} parameters, {card.weights_bytes:,} bytes; {_headline(card)}")
    return 0


def _folder(name: str) -> Path:
    """The folder of a shipped or fetched model, or the folder itself."""
    from glassbox.harness.lm.folders import folder_of

    folder = folder_of(name)
    if folder is None:
        known = ", ".join([*shipped_models(), *fetchable_models()]) or "none"
        raise ValueError(f"no model {name!r}; there are {known}, or give a model folder")
    return folder


def _card(args: argparse.Namespace) -> int:
    from glassbox.baselines.models.card import PAGE, read_card

    folder = fetchable_models().get(args.name) or _folder(args.name)
    if args.format in RECORDS:
        record = _fetchable(args.name) if args.name in fetchable_models() else _record(read_card(folder))
        print(exported("models", [record], args.format), end="")
    else:
        print((folder / PAGE).read_text(encoding="utf-8"))
    return 0


def _record(card: Card) -> dict[str, object]:
    """The card, its metrics as figures by their names."""
    metrics = {metric.name: _figure(metric) for metric in card.metrics}
    return {**card.model_dump(mode="json", exclude={"metrics"}), "metrics": metrics}


def _fetchable(name: str) -> dict[str, object]:
    """A model that comes over the package index: where from, and where it lies."""
    from glassbox.harness.lm.fetch import fetched, source_of
    from glassbox.harness.lm.identity import hash_folder

    source, folder = source_of(name), fetched(name)
    facts = {} if source is None else source.model_dump()
    return {"name": name, **facts, "folder": folder and str(folder), "address": folder and hash_folder(folder)}


def _compared(card: Card, now: Metric, then: Metric, worse: bool) -> dict[str, object]:
    """A metric measured again beside what the card has."""
    named = {"name": card.name, "family": now.family, "split": now.split, "measure": now.measure}
    return {**named, "now": _figure(now), "recorded": _figure(then), "worse": worse}


def _figure(metric: Metric) -> Estimate:
    return Estimate(metric.share, metric.low, metric.high, metric.n)


def _check(args: argparse.Namespace) -> int:
    from glassbox.baselines.models.card import check_weights, read_card

    folder = _folder(args.name)
    card = read_card(folder)
    check_weights(folder, card)
    from glassbox.baselines.models.build import open_to_measure
    from glassbox.baselines.models.recipes import entry

    measured = entry(card.name).quality_module().measure(open_to_measure(folder), args.n)
    recorded = {metric.name: metric for metric in card.metrics}
    pairs = [(metric, recorded[metric.name]) for metric in measured if metric.name in recorded]
    verdicts = [(now, then, now.is_worse_than(then)) for now, then in pairs]
    if args.format in RECORDS:
        records = [_compared(card, *verdict) for verdict in verdicts]
        print(exported("models", records, args.format), end="")
    else:
        _print_verdicts(verdicts)
    return int(any(bad for *_, bad in verdicts))


def _print_verdicts(verdicts: list[tuple[Metric, Metric, bool]]) -> None:
    columns = (
        Column("problems, split, measure", text=True),
        Column("n", spare=2),
        Column("now"),
        Column("card", spare=1),
        Column("verdict", text=True),
    )
    rows = []
    for now, then, bad in verdicts:
        verdict = "worse" if bad else "as recorded" if now.share == then.share else "within"
        texts = TableRow.of(f"{now.family} {now.split} {now.measure}", f"{now.n:,}", now.text(), then.text())
        rows.append(TableRow((*texts.cells, Cell(verdict, verdict, "bad" if bad else ""))))
    worse = sum(bad for *_, bad in verdicts)
    _show(columns, rows, [f"{len(verdicts)} measured, {f'{worse} worse than the card' if worse else 'none worse'}"])

"""`glassbox list`: what is installed by name, with arguments, defaults, roles and the package that brings it.

glassbox list solvers
glassbox list tasks --format json
"""

from __future__ import annotations

import argparse
import inspect
import json
from typing import Any

HELP = "list tasks, solvers and scorers: arguments, defaults, roles, where they come from"
SCHEMA = "glassbox/list/1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which of them, and how they are written."""
    parser.add_argument("what", choices=("tasks", "solvers", "scorers"))
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(args: argparse.Namespace) -> int:
    """Print them, ours first."""
    from glassbox.harness.plugins.registered import registered

    kind = args.what.removesuffix("s")
    records = [_record(kind, one) for one in registered(kind).values()]
    if args.format == "json":
        print(json.dumps({"schema": SCHEMA, "records": records}, indent=2))
    else:
        for record in records:
            print(_text(record))
    return 0


def _record(kind: str, one: Any) -> dict[str, Any]:
    arguments = {
        name: None if each.default is each.empty else each.default
        for name, each in inspect.signature(one.make).parameters.items()
    }
    record = {"name": one.name, "package": one.package, "about": one.about, "arguments": arguments}
    if kind == "solver":
        card = one.card
        record |= {"answers": list(card.answers), "role": card.control or "method", "model": card.model}
    return record


def _text(record: dict[str, Any]) -> str:
    given = " ".join(f"{name}={_value(value)}" for name, value in record["arguments"].items())
    role = ""
    if "role" in record:
        control = "method" if record["role"] == "method" else f"control, {record['role']}"
        role = f"  {control}; answers {', '.join(record['answers'])}; model: {record['model']}\n"
    return f"{record['name']}  ({record['package']})\n  {record['about']}\n{role}  {given or 'no arguments'}\n"


def _value(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."

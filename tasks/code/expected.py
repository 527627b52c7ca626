"""What a data set's own solutions answer: run once in the sandbox, then kept, so that they are expected values.

    answers([(code, "add", [(1, 2), (3, 4)])])      # one list of answers a program, in order

Kept as text under the user's cache folder, named by program, inputs and interpreter; a file that does not read back
is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from glassbox.harness.cache import cache_folder
from glassbox.harness.records.files import write_atomically
from glassbox.harness.sandbox.component import card
from glassbox.harness.sandbox.protocol import Returned
from glassbox.harness.sandbox.session import Fault, Session
from glassbox.harness.sandbox.values import decode, encode, literal, plain, show
from glassbox.tasks.code.task import OFFICIAL_LIMITS

_FORMAT = 1
"""Raised when the answers that are kept no longer mean the same."""

LONGEST = 1 << 16
"""Characters of an answer, as text; longer ones are not kept, for every sample and log would carry them."""

_SILENT = 20
"""So many solutions run without a word."""

Program = tuple[str, str, Sequence[tuple[object, ...]]]
"""Code, entry point, and the arguments of each call."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The value of one call, or why there is none."""

    value: object
    failure: str | None = None


def answers(programs: Sequence[Program], folder: Path | None = None) -> list[list[Answer]]:
    """The answers of each program to each of its inputs, on every core.

    Args:
      programs: What is asked.
      folder: Where answers are kept; by default beside the sandbox's own cache.

    Raises:
      SandboxError: The machinery is at fault.
    """
    folder = folder or cache_folder("expected")
    paths = [folder / _name(program) for program in programs]
    missing = sum(not path.is_file() for path in paths)
    if missing > _SILENT:
        print(f"sandbox: running {missing} solutions for their answers (minutes at most, once)", file=sys.stderr)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as threads:
        return list(threads.map(_answers, programs, paths))


def _answers(program: Program, path: Path) -> list[Answer]:
    kept = _read(path, len(program[2]))
    if kept is None:
        kept = _run(program)
        _write(path, kept)
    return kept


def _run(program: Program) -> list[Answer]:
    code, entry_point, inputs = program
    with Session(code, OFFICIAL_LIMITS) as session:
        return [_answer(session, entry_point, args) for args in inputs]


def _answer(session: Session, entry_point: str, args: tuple[object, ...]) -> Answer:
    reply = session.call(entry_point, args)
    if isinstance(reply, Fault):
        return Answer(None, f"its own solution ends in {reply.outcome}: {reply.detail}")
    if not isinstance(reply, Returned):
        return Answer(None, f"its own solution gives no value: {type(reply).__name__.lower()}")
    value = plain(decode(reply.value))
    try:
        encode(value)
    except TypeError as error:
        return Answer(None, f"its own solution gives no plain value: {error}")
    return Answer(value) if len(show(value)) <= LONGEST else Answer(None, f"answer longer than {LONGEST:,} characters")


def _name(program: Program) -> str:
    code, entry_point, inputs = program
    made_by = [_FORMAT, card().sha256, asdict(OFFICIAL_LIMITS), LONGEST]
    asked = [*made_by, code, entry_point, [show(args) for args in inputs]]
    return f"{hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]}.json"


def _read(path: Path, count: int) -> list[Answer] | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        found = [Answer(literal(text), failure) for text, failure in kept]
    except (OSError, ValueError, TypeError):
        return None
    return found if len(found) == count else None


def _write(path: Path, found: Sequence[Answer]) -> None:
    """All at once: another process may be reading, or writing the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps([(show(answer.value), answer.failure) for answer in found]))

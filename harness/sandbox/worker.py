"""A judge in a process of its own, asked through its pipes.

    python -m glassbox.harness.sandbox.worker        # how `Worker` starts it; it reads questions until they end

Instances need the lock of their process's memory map, all the time: two threads judge no faster than one. Two processes
judge twice as fast, and one that is killed takes nothing along: its question is asked once more, of another.
"""

from __future__ import annotations

import gc
import os
import signal
import struct
import subprocess
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, fields
from typing import IO, Any

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import Case, CaseResult, Verdict
from glassbox.harness.sandbox.codec import decode, encode
from glassbox.harness.sandbox.errors import SandboxError
from glassbox.harness.sandbox.judge import Judge
from glassbox.harness.sandbox.limits import Limits

_LENGTH = struct.Struct("<Q")
_READY = ("ready",)
_RAISED: dict[str, type[Exception]] = {kind.__name__: kind for kind in (SandboxError, TypeError, ValueError)}
"""What a judge raises by its word."""


class Worker:
    """A `Judge` elsewhere. Its process starts with the first question, and anew where it was ended; one thread asks.

    A question that two processes do not survive has the verdict `infra`.

    Args:
      limits: For each call of a candidate.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._ended_by = ""

    @property
    def pid(self) -> int | None:
        """The number of its process, where one runs."""
        return self._process.pid if self._process else None

    def judge(self, code: str, entry_point: str, cases: Sequence[Case], every_case: bool = True) -> Verdict:
        """See `Judge.judge`.

        Raises:
          SandboxError: Also where the process cannot be started.
        """
        return self._asked("judge", code, entry_point, [_packed(case) for case in cases], every_case)

    def judge_asserts(
        self,
        code: str,
        tests: Sequence[str],
        prelude: str = "",
        entry_point: str | None = None,
        reference: str | None = None,
        every_case: bool = True,
    ) -> Verdict:
        """See `Judge.judge_asserts`.

        Raises:
          SandboxError: Also where the process cannot be started.
        """
        return self._asked("judge_asserts", code, list(tests), prelude, entry_point, reference, every_case)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.communicate()

    def _asked(self, *question: object) -> Verdict:
        """The verdict; where the process dies meanwhile, another is asked, once."""
        written = encode(question)
        answer = self._answer(written) or self._answer(written)
        if answer is None:
            detail = (
                f"two processes that judged it were ended, the second by {self._ended_by}; "
                "see that the machine has memory to spare and run again"
            )
            return Verdict.undecided(detail)
        kind, *content = answer
        if kind == "verdict":
            return _unpacked_verdict(*content)
        name, text, trace = content
        error = _RAISED[name](text)
        error.add_note(f"In the judge's process:\n{trace}")
        raise error

    def _answer(self, question: bytes) -> tuple[Any, ...] | None:
        """What the process says, or None where it was killed.

        Raises:
          SandboxError: It ends by itself before it is ready.
        """
        if self._process is not None and self._process.poll() is not None:
            self.close()  # it died while nobody asked
        process, ready = self._process, True
        if process is None:
            process, ready = _started(), False
            self._process = process
        try:
            if not ready:
                _send(process.stdin, encode(astuple(self._limits)))
                ready = _received(process.stdout) == _READY
            _send(process.stdin, question)
            return _received(process.stdout)
        except (BrokenPipeError, EOFError):
            self.close()
            self._ended_by = _ending(process.returncode)
            if not ready and process.returncode >= 0:
                raise SandboxError(f"a judge's process cannot be started: it was ended by {self._ended_by}") from None
            return None


def _started() -> subprocess.Popen[bytes]:
    """A process that finds what this one finds, wherever it runs; the limits come before the first question."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "glassbox.harness.sandbox.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
    )


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"itself with status {code}"


def _send(pipe: IO[bytes] | None, content: bytes) -> None:
    assert pipe is not None
    pipe.write(_LENGTH.pack(len(content)) + content)
    pipe.flush()


def _received(pipe: IO[bytes] | None) -> tuple[Any, ...]:
    """The next message.

    Raises:
      EOFError: There is none.
    """
    assert pipe is not None
    head = pipe.read(_LENGTH.size)
    size = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 1
    content = pipe.read(size)
    if len(content) != size:
        raise EOFError
    message = decode(content)
    assert isinstance(message, tuple)
    return message


def _packed(case: Case) -> tuple[object, ...]:
    """Values as bytes of their own: they may be as deep as a message may."""
    args, expected, *rules = (getattr(case, field.name) for field in fields(case))
    return encode(args), encode(expected), *rules


def _unpacked(args: bytes, expected: bytes, *rules: Any) -> Case:
    return Case(decode(args), decode(expected), *rules)  # type: ignore[arg-type]  # a tuple was encoded


def _packed_verdict(verdict: Verdict) -> tuple[object, ...]:
    cases = [(str(case.outcome), case.detail, case.value_text, case.fuel) for case in verdict.cases]
    return str(verdict.outcome), cases, verdict.traceback, verdict.stdout, verdict.stderr, verdict.fuel


def _unpacked_verdict(outcome: str, cases: list[Any], *words_and_fuel: Any) -> Verdict:
    results = tuple(CaseResult(Outcome(kind), *rest) for kind, *rest in cases)
    return Verdict(Outcome(outcome), results, *words_and_fuel)


def _answer(judge: Judge, kind: str, *question: Any) -> tuple[object, ...]:
    """The verdict, or what was raised."""
    try:
        if kind == "judge":
            code, entry_point, packed, every_case = question
            cases = [_unpacked(*case) for case in packed]
            return "verdict", *_packed_verdict(judge.judge(code, entry_point, cases, every_case))
        code, tests, prelude, entry_point, reference, every_case = question
        verdict = judge.judge_asserts(
            code, tests, prelude=prelude, entry_point=entry_point, reference=reference, every_case=every_case
        )
        return "verdict", *_packed_verdict(verdict)
    except tuple(_RAISED.values()) as error:
        name = next(name for name, raised in _RAISED.items() if isinstance(error, raised))
        return "raised", name, str(error), traceback.format_exc()
    except Exception as error:  # a fault of ours that this candidate found: it has no verdict, and the next one has
        return "verdict", *_packed_verdict(Verdict.undecided(f"the judge failed: {type(error).__name__}: {error}"))


def _serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until no one asks."""
    with suppress(EOFError, BrokenPipeError):
        judge = Judge(Limits(*_received(questions)))
        _send(answers, encode(_READY))
        gc.freeze()  # what was imported stays
        while True:
            _send(answers, encode(_answer(judge, *_received(questions))))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asked hears it, and closes the pipes
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anyone prints goes elsewhere
    _serve(sys.stdin.buffer, pipe)

"""Tests written as asserts, run where the candidate is not: HumanEval's `check(candidate)`, MBPP's `test_list`.

The test has an instance of its own. A name that it takes from the candidate leads through the host to the candidate's
instance; values cross as plain data, the rest as handles (MBPP passes instances of candidate classes), and what the
candidate raises is raised in the test. Whether the asserts hold is decided in the test's instance, from plain data.

Whatever a test cannot do with a candidate's value is the candidate's fault. Where the test fails in a way that may be
its own (before the candidate had a say, or by a name that was never bound), the reference is asked: what passes there
failed here by the candidate's fault, and without a reference the test is undecided (`infra`). Nothing ends the run.

Where the entry point is known, it alone answers. What else a test takes from the candidate (MBPP's `Node`) may be made,
put together and given to it, and is never read: an oracle that the candidate brings would say what it likes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import CaseResult, Verdict
from glassbox.harness.sandbox.codec import Derived, MalformedError, Opaque, decode, encode
from glassbox.harness.sandbox.engine import Died, Instance
from glassbox.harness.sandbox.errors import SandboxError
from glassbox.harness.sandbox.facilities import THIRD_PARTY, measures_widths
from glassbox.harness.sandbox.limits import MIB, Limits
from glassbox.harness.sandbox.names import TestText, prepared
from glassbox.harness.sandbox.protocol import Failed, Missing, Returned, TestReply, Unsendable, parse_test, request
from glassbox.harness.sandbox.session import Fault, Judged, Session

_NOBODYS = frozenset({"NameError", "ImportError", "SyntaxError"})
"""What a test that is wrong raises, and also one that is right: a loop over an empty answer binds no name."""

_SAYS_NOTHING = frozenset({"assign", "abilities"})
"""What a test may ask of any value of the candidate's."""

_COMPARES = frozenset({"two", "turned"})

_LONGEST_ANSWER = 64
"""Bytes of an answer for each character of the test that asks for it; a longer one is wrong, and stays where it is."""

_FUEL_FACTOR = 4
"""A test may work this much harder than one call of the candidate: it calls many times."""


@dataclass(frozen=True, slots=True)
class Exam:
    """The tests of one question; see `Judge.judge_asserts`."""

    tests: tuple[str, ...]
    prelude: str = ""
    entry_point: str | None = None
    reference: str | None = None
    every_case: bool = True


def judge(exam: Exam, code: str, limits: Limits) -> Verdict:
    """See `Judge.judge_asserts`."""
    try:
        texts = [prepared(test, exam.prelude, exam.entry_point) for test in exam.tests]
    except SandboxError as error:
        return Verdict.undecided(str(error))
    results: list[Judged] = []
    room = min(limits.result_bytes, max(MIB, _LONGEST_ANSWER * max(len(text.source) for text in texts)))
    with Session(code, replace(limits, result_bytes=room)) as session:
        loaded = session.load(names=True)
        if isinstance(loaded, Fault):
            return session.verdict([(CaseResult(loaded.outcome, loaded.detail, None, 0), loaded)] * len(texts))
        callable_names = frozenset(name for name, called in loaded.names.items() if called)
        for test, text in zip(exam.tests, texts, strict=True):
            result, fault = _Examination(session, text, exam, callable_names).result()
            if result.outcome is Outcome.INFRA and _passes_on_reference(replace(exam, tests=(test,)), limits):
                detail = f"the test passes on the reference, and here {result.detail}"
                result = replace(result, outcome=Outcome.WRONG, detail=detail)
            results.append((result, fault))
            if result.outcome is not Outcome.PASS and not exam.every_case:
                break
        return session.verdict(results)


def _passes_on_reference(exam: Exam, limits: Limits) -> bool:
    return exam.reference is not None and judge(replace(exam, reference=None), exam.reference, limits).passed


class _CandidateFailed(Exception):
    """Ends a test at once: the candidate's instance is gone, or what it gave cannot cross."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


class _Examination:
    """One test against the candidate."""

    def __init__(self, session: Session, text: TestText, exam: Exam, callable_names: frozenset[str]) -> None:
        self._session = session
        self._text = text
        self._prelude = "".join(f"import {module}\n" for module in sorted(text.modules)) + exam.prelude
        self._entry_point = exam.entry_point
        self._given: set[int] = set()
        """Handles of what the test takes from the candidate beside the entry point's answers."""
        self._called = sorted(text.names & callable_names)
        self._fetched = sorted(text.names - callable_names)
        self._answers = 0
        self._fault: Fault | None = None

    def result(self) -> Judged:
        """What came of it."""
        before = self._session.fuel
        try:
            outcome, detail = self._verdict(self._run())
        except _CandidateFailed as failed:
            self._fault = failed.fault
            outcome, detail = failed.fault.outcome, failed.fault.detail
        except MalformedError as error:
            outcome, detail = Outcome.INFRA, f"its instance gave no verdict: {error}"
        except Died as death:
            outcome, detail = death.outcome, f"the test {death.detail} with the candidate's value"
            if not self._answers:
                outcome, detail = Outcome.INFRA, f"it {death.detail} by itself: {self._begin()}"
        result = CaseResult(outcome, detail, None, self._session.fuel - before)
        return result, None if outcome is Outcome.PASS else self._fault

    def _run(self) -> TestReply:
        limits = self._session.limits
        own = Limits(fuel=limits.fuel * _FUEL_FACTOR, memory_bytes=limits.memory_bytes)
        nonce = secrets.token_hex(8).encode()  # ASCII: every nonce costs the same fuel
        fields = (self._prelude, self._text.source, self._called, self._fetched, limits.output_bytes, limits.recursion)
        with Instance(own, self._cross) as instance:
            reply, _ = instance.invoke("test", request(nonce, *fields))
        return parse_test(reply, nonce)

    def _verdict(self, reply: TestReply) -> tuple[Outcome, str]:
        if not isinstance(reply, Failed):
            return Outcome.PASS, "the test passed"
        raised = reply.raised
        if reply.crossed and self._fault is not None:
            return self._fault.outcome, self._fault.detail
        line = self._line(raised.frames[-1][0]) if raised.frames else ""
        if "AssertionError" in raised.names:
            self._fault = None
            said = f"does not hold: {line}" + (f" ({raised.message[:200]})" if raised.message else "")
            if measures_widths(self._session.source) and not measures_widths(self._text.source):
                return Outcome.UNSUPPORTED, f"{said} (the sizes of 64 bits cannot be had in WebAssembly)"
            return Outcome.WRONG, said
        if "ImportError" in raised.names and (raised.module or "").split(".")[0] in THIRD_PARTY:
            return Outcome.UNSUPPORTED, f"the test needs {raised.module}, which cannot be had in WebAssembly"
        if self._answers and not _NOBODYS.intersection(raised.names):
            self._fault = None
            return Outcome.WRONG, f"the test cannot use the value: {raised.text[:200]} at {line}"
        return Outcome.INFRA, f"it fails by itself: {raised.text[:200]} at {line or 'its prelude'}"

    def _cross(self, message: bytes) -> bytes:
        """Pass on to the candidate, and back what came of it."""
        wanted = decode(message)
        if isinstance(wanted, tuple) and wanted[0] == "foreign":
            detail = f"the test gives the candidate a {wanted[1]}, which cannot cross to it"
            raise _CandidateFailed(Fault(Outcome.UNSUPPORTED, detail))
        reply = self._session.operate(message)
        match reply:
            case Returned():
                return _answer(self._checked(reply, wanted))
            case Fault(names=names) if names and reply.outcome is not Outcome.MEMORY:
                self._fault = reply
                self._answers += 1
                return encode(("raised", list(names), reply.message, reply.args))
            case Fault():
                raise _CandidateFailed(reply)
            case Missing() if isinstance(wanted, tuple):
                raise _CandidateFailed(Fault(Outcome.RUNTIME, f"the candidate does not define {wanted[2]!r}"))
            case Unsendable(reason=reason):
                raise _CandidateFailed(Fault(Outcome.WRONG, reason))
        raise _CandidateFailed(Fault(Outcome.RUNTIME, f"the reply was tampered with: {type(reply).__name__}"))

    def _checked(self, reply: Returned, wanted: object) -> bytes:
        """The value's bytes, once they are known to be a value that may be given."""
        try:
            value = decode(reply.value)
        except MalformedError as error:
            raise _CandidateFailed(Fault(Outcome.RUNTIME, f"the value was tampered with: {error}")) from error
        self._answers += 1
        if self._entry_point is None or not isinstance(wanted, tuple):
            return reply.value
        operation, target, name, args, _ = wanted
        if operation in _COMPARES and self._given.intersection(_handles(args)):
            raise _CandidateFailed(Fault(Outcome.INFRA, "it compares with a value of the candidate's own"))
        if self._is_entry_points(target, name):
            self._given.difference_update(_handles(value))
        elif isinstance(value, Opaque):
            self._given.add(value.handle)
        elif operation not in _SAYS_NOTHING:
            raise _CandidateFailed(Fault(Outcome.INFRA, f"it reads {name or 'a value'!r} of the candidate as its own"))
        return reply.value

    def _is_entry_points(self, target: object, name: object) -> bool:
        return target.handle not in self._given if isinstance(target, Opaque) else name == self._entry_point

    def _line(self, number: int) -> str:
        lines = self._text.source.splitlines()
        return lines[number - 1].strip()[:200] if 0 < number <= len(lines) else ""

    def _begin(self) -> str:
        return repr(self._text.source.strip()[:80])


def _answer(value: bytes) -> bytes:
    """("returned", value, "", ()) with the value's own bytes in its place."""
    return b"t" + (4).to_bytes(4, "little") + encode("returned") + value + encode("") + encode(())


def _handles(value: object) -> Iterator[int]:
    """The handles anywhere inside."""
    match value:
        case Opaque(handle=handle):
            yield handle
        case Derived(value=inside):
            yield from _handles(inside)
        case dict():
            yield from _handles([*value, *value.values()])
        case list() | tuple() | set() | frozenset():
            for item in value:
                yield from _handles(item)

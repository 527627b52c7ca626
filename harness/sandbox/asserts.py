"""Tests written as asserts, run where the candidate is not: HumanEval's `check(candidate)`, MBPP's `test_list`.

The test has an instance of its own. A name that it takes from the candidate leads through the host to the candidate's
instance; values cross as plain data, the rest as handles (MBPP passes instances of candidate classes), and what the
candidate raises is raised in the test. Whether the asserts hold is decided in the test's instance, from plain data.

A test that fails in its own code before the candidate had a say (a name that nobody defines) is the data set's fault
and raises SandboxError. After that, whatever the test cannot do with the candidate's value is the candidate's fault.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import CaseResult, Verdict
from glassbox.harness.sandbox.codec import MalformedError, decode, encode
from glassbox.harness.sandbox.engine import Died, Instance
from glassbox.harness.sandbox.errors import SandboxError
from glassbox.harness.sandbox.facilities import THIRD_PARTY
from glassbox.harness.sandbox.limits import Limits
from glassbox.harness.sandbox.names import TestText, prepared
from glassbox.harness.sandbox.protocol import Failed, Missing, Returned, TestReply, Unsendable, parse_test, request
from glassbox.harness.sandbox.session import Fault, Judged, Session

_LATER = frozenset({"NameError", "ImportError", "SyntaxError"})
"""What no value of a candidate's can cause in a test."""

_FUEL_FACTOR = 4
"""A test may work this much harder than one call of the candidate: it calls many times."""


def judge(code: str, tests: Sequence[str], prelude: str, entry_point: str | None, limits: Limits) -> Verdict:
    """See `Judge.judge_asserts`."""
    if not tests:
        raise ValueError("there are no tests to judge by; give at least one")
    texts = [prepared(test, prelude, entry_point) for test in tests]
    with Session(code, limits) as session:
        loaded = session.load(names=True)
        if isinstance(loaded, Fault):
            return session.verdict([(CaseResult(loaded.outcome, loaded.detail, None, 0), loaded)] * len(texts))
        callable_names = frozenset(name for name, called in loaded.names.items() if called)
        return session.verdict([_Examination(session, text, prelude, callable_names).result() for text in texts])


class _CandidateFailed(Exception):
    """Ends a test at once: the candidate's instance is gone, or what it gave cannot cross."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


class _Examination:
    """One test against the candidate."""

    def __init__(self, session: Session, text: TestText, prelude: str, callable_names: frozenset[str]) -> None:
        self._session = session
        self._text = text
        self._prelude = prelude
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
        except Died as death:
            if not self._answers:
                raise SandboxError(f"a test of the data set {death.detail} by itself: {self._begin()}") from None
            outcome, detail = death.outcome, f"the test {death.detail} with the candidate's value"
        result = CaseResult(outcome, detail, None, self._session.fuel - before)
        return result, None if outcome is Outcome.PASS else self._fault

    def _run(self) -> TestReply:
        limits = self._session.limits
        own = Limits(fuel=limits.fuel * _FUEL_FACTOR, memory_bytes=limits.memory_bytes, seconds=limits.seconds)
        nonce = secrets.token_hex(8).encode()  # ASCII: every nonce costs the same fuel
        fields = (self._prelude, self._text.source, self._called, self._fetched, limits.output_bytes, limits.recursion)
        with Instance(own, self._cross) as instance:
            reply, _ = instance.invoke("test", request(nonce, *fields))
        try:
            return parse_test(reply, nonce)
        except MalformedError as error:
            raise SandboxError(f"a test's instance gave no verdict: {error}") from error

    def _verdict(self, reply: TestReply) -> tuple[Outcome, str]:
        if not isinstance(reply, Failed):
            return Outcome.PASS, "the test passed"
        raised = reply.raised
        if reply.crossed and self._fault is not None:
            return self._fault.outcome, self._fault.detail
        line = self._line(raised.frames[-1][0]) if raised.frames else ""
        if "AssertionError" in raised.names:
            self._fault = None
            return Outcome.WRONG, f"does not hold: {line}" + (f" ({raised.message[:200]})" if raised.message else "")
        if "ImportError" in raised.names and (raised.module or "").split(".")[0] in THIRD_PARTY:
            return Outcome.UNSUPPORTED, f"the test needs {raised.module}, which cannot be had in WebAssembly"
        if self._answers and not _LATER.intersection(raised.names):
            self._fault = None
            return Outcome.WRONG, f"the test cannot use the value: {raised.text[:200]} at {line}"
        raise SandboxError(f"a test of the data set fails by itself: {raised.text[:200]}; it begins {self._begin()}")

    def _cross(self, message: bytes) -> bytes:
        """Pass on to the candidate, and back what came of it."""
        wanted = decode(message)
        if isinstance(wanted, tuple) and wanted[0] == "foreign":
            detail = f"the test gives the candidate a {wanted[1]}, which cannot cross to it"
            raise _CandidateFailed(Fault(Outcome.UNSUPPORTED, detail))
        reply = self._session.operate(message)
        match reply:
            case Returned():
                return _answer(self._checked(reply))
            case Fault(names=names) if names and reply.outcome is not Outcome.MEMORY:
                self._fault = reply
                self._answers += 1
                return encode(("raised", list(names), reply.detail.split(": ", 1)[-1]))
            case Fault():
                raise _CandidateFailed(reply)
            case Missing() if isinstance(wanted, tuple):
                raise _CandidateFailed(Fault(Outcome.RUNTIME, f"the candidate does not define {wanted[2]!r}"))
            case Unsendable(reason=reason):
                raise _CandidateFailed(Fault(Outcome.RUNTIME, reason))
        raise _CandidateFailed(Fault(Outcome.RUNTIME, f"the reply was tampered with: {type(reply).__name__}"))

    def _checked(self, reply: Returned) -> bytes:
        """The value's bytes, once they are known to be a value."""
        try:
            decode(reply.value)
        except MalformedError as error:
            raise _CandidateFailed(Fault(Outcome.RUNTIME, f"the value was tampered with: {error}")) from error
        self._answers += 1
        return reply.value

    def _line(self, number: int) -> str:
        lines = self._text.source.splitlines()
        return lines[number - 1].strip()[:200] if 0 < number <= len(lines) else ""

    def _begin(self) -> str:
        return repr(self._text.source.strip()[:80])


def _answer(value: bytes) -> bytes:
    """("returned", value, "") with the value's own bytes in its place."""
    return b"t" + (3).to_bytes(4, "little") + encode("returned") + value + encode("")

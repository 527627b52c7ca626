"""The verdict on a candidate, reached in the host from plain data; it cannot be reached from the candidate's side.

    Judge().judge("def add(a, b): return a + b", "add", [Case((2, 3), 5)]).passed        # True

Why a candidate gains nothing by what it does in its instance, all of which it may patch, guest and codec included:

- Expected values and tests never come there, so frames, gc and memory hold nothing to be found.
- Its reply is a value by exact type, written out as bytes. An object that equals everything, a subclass of int, a
  patched serialiser or a forged frame can claim a value; whether it is the right one is decided here, with our types.
- The nonce says which request a reply answers. Who knows it (it can be read from the frames) can again only claim.
- Nothing else is looked at: no exit status, no output, no file. A dead instance is a failure.
- Fuel and processor time end a run, so that neither a busy machine nor a sleeping candidate changes a verdict.

What it can do: hide that it mutated its arguments, by forging what they are afterwards; return what a hidden test
happens to expect by guessing; and be undecided on purpose (see `facilities`). None of these makes a wrong value right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox import asserts
from glassbox.harness.sandbox.case import Case, CaseResult, Verdict
from glassbox.harness.sandbox.codec import MalformedError, decode, encode
from glassbox.harness.sandbox.facilities import measures_widths
from glassbox.harness.sandbox.limits import KIB, Limits
from glassbox.harness.sandbox.literal import show
from glassbox.harness.sandbox.protocol import Missing, Returned, Unsendable
from glassbox.harness.sandbox.same import same
from glassbox.harness.sandbox.session import Fault, Judged, Session

PATIENCE = 3
"""Cases that may use up fuel or memory; those after them are not run, and have the same outcome."""

_LONGEST_VALUE = 2_000
_LONGEST_ANSWER = 64
"""An equal value takes at most so many times the bytes: each item may be of a class with a long name."""
_SHORTEST_ROOM = 64 * KIB
_COSTLY = frozenset({Outcome.TIMEOUT, Outcome.MEMORY})


class Judge:
    """Runs candidates and judges them. Safe to share between threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()

    def judge(self, code: str, entry_point: str, cases: Sequence[Case], every_case: bool = True) -> Verdict:
        """Call `entry_point` once for each case, and compare by the case's rules.

        Args:
          code: The candidate.
          entry_point: The function under test.
          cases: Calls with what is expected of them.
          every_case: Go on after a case that failed, to count those that pass; otherwise stop there.

        Raises:
          SandboxError: The machinery is at fault.
          TypeError: The arguments of a case are not plain data.
          ValueError: There are no cases.
        """
        if not cases:
            raise ValueError(f"there are no cases to judge {entry_point!r} by; give at least one")
        with Session(code, replace(self.limits, result_bytes=_room(cases, self.limits))) as session:
            loaded = session.load()
            if isinstance(loaded, Fault):
                return session.verdict([(CaseResult(loaded.outcome, loaded.detail, None, 0), loaded)] * len(cases))
            return session.verdict(_run(session, entry_point, cases, every_case))

    def judge_asserts(
        self,
        code: str,
        tests: Sequence[str],
        *,
        prelude: str = "",
        entry_point: str | None = None,
        reference: str | None = None,
        every_case: bool = True,
    ) -> Verdict:
        """Run each test, in an instance of its own, against the candidate's names.

        A test that fails in its own code is the candidate's fault where it passes on the reference; without a reference
        it is nobody's, and undecided.

        Args:
          code: The candidate.
          tests: Test code; one that defines `check(candidate)` without calling it is called with the entry point.
          prelude: Trusted code of the data set that the tests need. The candidate never sees it.
          entry_point: The function under test; needed for `check`, and where it has the name of a builtin.
          reference: A program that is right.
          every_case: Go on after a test that failed; otherwise stop there.

        Raises:
          SandboxError: The machinery is at fault, or a test or the prelude is no Python.
        """
        if not tests:
            raise ValueError("there are no tests to judge by; give at least one")
        return asserts.judge(asserts.Exam(tuple(tests), prelude, entry_point, reference, every_case), code, self.limits)


def _room(cases: Sequence[Case], limits: Limits) -> int:
    """Bytes that an answer may take: one that is many times as long as any expected is wrong, and stays where it is."""
    longest = max(len(encode(case.expected)) for case in cases)
    return min(limits.result_bytes, max(_SHORTEST_ROOM, _LONGEST_ANSWER * longest))


def _run(session: Session, entry_point: str, cases: Sequence[Case], every_case: bool) -> list[Judged]:
    results: list[Judged] = []
    costly = 0
    for case in cases:
        if results and not every_case and results[-1][0].outcome is not Outcome.PASS:
            break
        if costly == PATIENCE:
            last = next(result for result, _ in reversed(results) if result.outcome in _COSTLY)
            detail = f"not run: {PATIENCE} cases before it ended in {last.outcome}"
            results.append((CaseResult(last.outcome, detail, None, 0), None))
            continue
        results.append(_case(session, entry_point, case))
        costly += results[-1][0].outcome in _COSTLY
    return results


def _case(session: Session, entry_point: str, case: Case) -> Judged:
    given = encode(case.args)
    before = session.fuel
    reply = session.call(entry_point, case.args, watch=not case.may_mutate)
    fuel = session.fuel - before
    if isinstance(reply, Fault):
        return _faulted(reply, case, fuel), reply
    if isinstance(reply, Returned):
        try:
            return _returned(reply, case, given, fuel, session.source), None
        except MalformedError as error:
            return CaseResult(Outcome.RUNTIME, f"the returned value was tampered with: {error}", None, fuel), None
    if isinstance(reply, Unsendable):
        return CaseResult(Outcome.WRONG, reply.reason, None, fuel), None
    if isinstance(reply, Missing):
        detail = f"NameError: the candidate does not define {entry_point!r}"
    else:
        detail = f"the reply was tampered with: {type(reply).__name__}"
    return CaseResult(Outcome.RUNTIME, detail, None, fuel), None


def _faulted(fault: Fault, case: Case, fuel: int) -> CaseResult:
    if case.raises is None or not fault.names:
        return CaseResult(fault.outcome, fault.detail, None, fuel)
    if case.raises in fault.names:
        return CaseResult(Outcome.PASS, f"raised {fault.names[0]}", None, fuel)
    if fault.outcome is not Outcome.RUNTIME:
        return CaseResult(fault.outcome, fault.detail, None, fuel)
    return CaseResult(Outcome.RUNTIME, f"{case.raises} was to be raised, not {fault.detail}", None, fuel)


def _returned(reply: Returned, case: Case, given: bytes, fuel: int, source: str) -> CaseResult:
    value = decode(reply.value)
    text = show(value)[:_LONGEST_VALUE]
    if case.raises is not None:
        return CaseResult(Outcome.WRONG, f"{case.raises} was to be raised, not {text[:200]} returned", text, fuel)
    if not same(case.expected, value, case.tolerance, case.relative, exact_types=case.exact_types):
        said = f"{show(case.expected)[:200]} was expected, not {text[:200]}"
        if measures_widths(source):
            said = f"{said} (the sizes of 64 bits cannot be had in WebAssembly)"
            return CaseResult(Outcome.UNSUPPORTED, said, text, fuel)
        return CaseResult(Outcome.WRONG, said, text, fuel)
    if not case.may_mutate and reply.args != given and _mutated(case.args, reply.args):
        return CaseResult(Outcome.MUTATED, "the value is right, but the call changed its arguments", text, fuel)
    return CaseResult(Outcome.PASS, "the expected value", text, fuel)


def _mutated(before: tuple[object, ...], after: bytes) -> bool:
    try:
        return not same(before, decode(after))
    except MalformedError:
        return True

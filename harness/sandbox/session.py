"""A candidate in its instance: loaded when first needed, replaced when it dies, its words kept for the verdict."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import CaseResult, Verdict
from glassbox.harness.sandbox.codec import MalformedError, encode
from glassbox.harness.sandbox.engine import Died, Instance
from glassbox.harness.sandbox.errors import SandboxError
from glassbox.harness.sandbox.facilities import asks_for_depth, refused, refused_by_host, too_deep_to_compile
from glassbox.harness.sandbox.limits import Limits
from glassbox.harness.sandbox.protocol import Loaded, Raised, Reply, Syntax, parse, request


@dataclass(frozen=True, slots=True)
class Fault:
    """Why the candidate gave no value."""

    outcome: Outcome
    detail: str
    traceback: str = ""
    names: tuple[str, ...] = ()
    message: str = ""
    args: tuple[object, ...] = ()


@dataclass(slots=True)
class Words:
    """What the candidate printed, cut at the limit."""

    limit: int
    kept: bytearray = field(default_factory=bytearray)

    def add(self, more: bytes) -> None:
        """Keep what there is room for."""
        self.kept += more[: max(0, self.limit - len(self.kept))]

    @property
    def text(self) -> str:
        """As text, whatever the bytes."""
        return self.kept.decode("utf-8", "replace")


_LONGEST_TEXT = 2_000

Judged = tuple[CaseResult, Fault | None]
"""What came of a case, and the fault behind it where there is one."""


class Session:
    """One candidate over all its calls. Use it in one thread, and as a context.

    Args:
      source: The candidate's code.
      limits: For each call and for each loading, and for all of them together.
    """

    def __init__(self, source: str, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        self.fuel = 0
        self.stdout = Words(limits.output_bytes)
        self.stderr = Words(limits.output_bytes)
        self._instance: Instance | None = None
        self._began = time.thread_time()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.discard()

    def discard(self) -> None:
        """Give the instance up; the next call has a new one."""
        if self._instance is not None:
            self._instance.close()
            self._instance = None

    def load(self, names: bool = False) -> Loaded | Fault:
        """Run the module in a fresh instance; it says what names it defines where they are asked for."""
        self.discard()
        try:
            text = self.source.encode("utf-8", "surrogatepass").decode("utf-8")
        except UnicodeDecodeError:
            return Fault(Outcome.SYNTAX, "SyntaxError: the source holds half of a surrogate pair")
        self._instance = Instance(self.limits)
        limits = self.limits
        reply = self._exchange("load", text, limits.output_bytes, limits.result_bytes, limits.recursion, names)
        if isinstance(reply, Fault | Loaded):
            return reply
        return self._odd(reply)

    def call(self, entry_point: str, args: tuple[object, ...], watch: bool = False) -> Reply | Fault:
        """Call the entry point once, with arguments that are known to be plain data.

        Args:
          entry_point: The candidate's function.
          args: Its positional arguments.
          watch: Whether the reply is to hold what they are afterwards.
        """
        return self._used_up() or self._ready() or self._exchange("call", entry_point, args, watch)

    def operate(self, request: bytes) -> Reply | Fault:
        """Pass on what a test asks for; `request` is an encoded tuple, whose handles are this candidate's."""
        return self._used_up() or self._ready() or self._exchange("operate", tail=request)

    def verdict(self, results: Sequence[Judged]) -> Verdict:
        """The verdict over all cases: the first that did not pass decides, and gives the traceback; see `Verdict`."""
        failures = [each for each in results if each[0].outcome is not Outcome.PASS]
        decided = [each for each in failures if each[0].outcome is not Outcome.INFRA]
        failed = next(iter(decided or failures), None)
        return Verdict(
            outcome=failed[0].outcome if failed else Outcome.PASS,
            cases=tuple([result for result, _ in results]),
            traceback=failed[1].traceback if failed and failed[1] else "",
            stdout=self.stdout.text,
            stderr=self.stderr.text,
            fuel=self.fuel,
        )

    def _used_up(self) -> Fault | None:
        """Why there is no further call: those before it took what all together may take, host's work included."""
        limits = self.limits
        seconds = time.thread_time() - self._began
        if self.fuel < limits.calls * limits.fuel and seconds < limits.calls * limits.cpu_seconds:
            return None
        return Fault(Outcome.TIMEOUT, f"not run: the calls before it used up what {limits.calls} may use together")

    def _ready(self) -> Fault | None:
        if self._instance is not None:
            return None
        loaded = self.load()
        return loaded if isinstance(loaded, Fault) else None

    def _exchange(self, export: str, *fields: object, tail: bytes | None = None) -> Reply | Fault:
        if self._instance is None:
            raise SandboxError(f"{export} was asked of an instance that is gone")
        nonce = secrets.token_hex(8).encode()  # ASCII: every nonce costs the same fuel
        question = request(nonce, *fields) if tail is None else _joined(nonce, tail)
        before = self._instance.burnt()
        try:
            data, _ = self._instance.invoke(export, question)
            reply = parse(self._sized(data, question), nonce)
        except Died as death:
            self.fuel += self._instance.burnt() - before
            self.discard()
            deep = death.detail.startswith("RecursionError") and asks_for_depth(self.source)
            undecided = deep or refused_by_host(death.refused, self.source)
            return Fault(Outcome.UNSUPPORTED if undecided else death.outcome, death.detail)
        except MalformedError as error:
            self.fuel += self._instance.burnt() - before
            self.discard()
            return Fault(Outcome.RUNTIME, f"the reply was tampered with: {error}")
        self.fuel += self._instance.burnt() - before
        if reply.output.stdout or reply.output.stderr:
            self.stdout.add(reply.output.stdout)
            self.stderr.add(reply.output.stderr)
        return self._fault(reply) or reply

    def _sized(self, data: bytes, request: bytes) -> bytes:
        most = self.limits.result_bytes + 2 * self.limits.output_bytes + max(2 * len(request), 1 << 20)
        if len(data) > most:
            raise MalformedError(f"{len(data)} bytes are more than {most}")
        return data

    def _fault(self, reply: Reply) -> Fault | None:
        if isinstance(reply, Syntax):
            where = f" (line {reply.line})" if reply.line else ""
            said = f"{reply.type_name}: {reply.message}{where}"
            if too_deep_to_compile(reply.message, self.source):
                return Fault(Outcome.UNSUPPORTED, f"{said} (nesting this deep cannot be had in WebAssembly)")
            return Fault(Outcome.SYNTAX, said)
        if not isinstance(reply, Raised):
            return None
        wanted = refused(reply, self.source)
        outcome = Outcome.RUNTIME if wanted is None else Outcome.UNSUPPORTED
        if "MemoryError" in reply.names:
            outcome = Outcome.MEMORY if wanted is None else outcome
            self.discard()
        detail = _line(reply.text) if wanted is None else f"{_line(reply.text)} ({wanted} cannot be had in WebAssembly)"
        return Fault(outcome, detail, self._traceback(reply), reply.names, reply.message, reply.args)

    def _traceback(self, raised: Raised) -> str:
        """The candidate's own lines, with their text."""
        lines = self.source.splitlines()
        shown = ["Traceback (most recent call last):"] if raised.frames else []
        for number, function in raised.frames:
            shown.append(f'  File "<candidate>", line {number}, in {function}')
            if 0 < number <= len(lines):
                shown.append(f"    {lines[number - 1].strip()[:200]}")
        return "\n".join([*shown, raised.text[:_LONGEST_TEXT]])

    def _odd(self, reply: Reply) -> Fault:
        self.discard()
        return Fault(Outcome.RUNTIME, f"the reply was tampered with: {type(reply).__name__.lower()} in its place")


def _joined(nonce: bytes, request: bytes) -> bytes:
    """The request with the nonce put before its first field: both are tuples, so the count goes up by one."""
    count = int.from_bytes(request[1:5], "little") + 1
    return b"t" + count.to_bytes(4, "little") + encode(nonce) + request[5:]


def _line(text: str) -> str:
    """One line of readable length."""
    return " ".join(text.split())[:300]

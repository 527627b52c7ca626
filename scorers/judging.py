"""The judge behind the code scorers: one pool of sandboxes a run, one verdict a program however many scorers ask.

A verdict depends on nothing but the question and the completion, so it is remembered by their content.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from functools import cache

from inspect_ai.hooks import Hooks, RunEnd, hooks
from inspect_ai.solver import TaskState

from glassbox.harness.code.question import CodeQuestion
from glassbox.harness.code.tolerant import READERS
from glassbox.harness.records.judged import Judged
from glassbox.harness.sandbox.case import Verdict
from glassbox.harness.sandbox.limits import Limits
from glassbox.harness.sandbox.pool import Pool

_REMEMBERED = 4096


class Judging:
    """Judges completions in a pool that opens with the first of them; tasks of other limits have another."""

    def __init__(self) -> None:
        self._pools: dict[tuple[asyncio.AbstractEventLoop, Limits], Pool] = {}
        self._known: OrderedDict[str, Judged] = OrderedDict()

    @property
    def open(self) -> bool:
        """Whether there is a pool."""
        return bool(self._pools)

    async def judged(self, state: TaskState) -> Judged:
        """What came of the sample's completion.

        Raises:
          LookupError: The sample asks for no program.
          SandboxError: The machinery failed for every program; one that it could not judge is `infra`.
        """
        question, completion = CodeQuestion.of(state.metadata), state.output.completion
        key = hashlib.sha256(f"{question.model_dump_json()}\n{completion}".encode()).hexdigest()
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = await self._judge(question, completion)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found.cut_off() if state.output.stop_reason == "max_tokens" else found

    async def close(self) -> None:
        """Stop the pool and forget the verdicts; the next completion opens another."""
        pools, self._pools = self._pools, {}
        self._known.clear()
        for pool in pools.values():
            await asyncio.to_thread(pool.close)

    async def _judge(self, question: CodeQuestion, completion: str) -> Judged:
        program = READERS[question.reading](completion, question.entry_point, question.stub)
        if program.code is None:
            return Judged.without_program(question, completion, program.missing)
        verdict = await self._verdict(question, program.code)
        return Judged.by(verdict, question, completion, program.code)

    async def _verdict(self, question: CodeQuestion, code: str) -> Verdict:
        pool = self._pool(question.limits)
        if question.tests:
            return await pool.judge_asserts(
                code,
                question.tests,
                prelude=question.prelude,
                entry_point=question.entry_point,
                reference=question.reference,
                every_case=question.every_case,
            )
        cases = [case.case() for case in question.cases]
        return await pool.judge(code, question.entry_point, cases, question.every_case)

    def _pool(self, limits: Limits) -> Pool:
        """The pool of these limits; a pool belongs to one loop, and a new loop (another `score()`) has its own."""
        for left in [place for place in self._pools if place[0].is_closed()]:
            self._pools.pop(left).close()
        place = (asyncio.get_running_loop(), limits)
        if place not in self._pools:
            self._pools[place] = Pool(limits=limits)
        return self._pools[place]


JUDGING = Judging()
"""The process's judge."""


@cache
def close_after_run() -> None:
    """Have inspect close the pool when a run ends; asked for by the scorers, so that other tasks have no hook."""

    @hooks(name="glassbox_judging", description="Closes the pool of sandboxes.")
    class Closing(Hooks):
        def enabled(self) -> bool:
            return JUDGING.open

        async def on_run_end(self, data: RunEnd) -> None:
            await JUDGING.close()

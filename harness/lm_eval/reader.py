"""Solvers that read programs, as lm-eval asks them: request by request, with the question in the document.

OpenLM("arith", solver="ir_head")      # solvers/lm_eval_open.py

What inspect's solvers do sample by sample is done here in batches, by the same techniques with the same settings.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Sized
from typing import TYPE_CHECKING, Any, Protocol

from glassbox.harness.lm.model import OpenModel
from glassbox.harness.plugins.card import ANY, ARITHMETIC, UNSAID, SolverCard

if TYPE_CHECKING:
    from glassbox.harness.data.arithmetic.dataset import Origin
    from glassbox.harness.engine.technique import Technique

TEXT = "regex_pipeline"
"""The solver that stands for plain text: under lm-eval the task reads the completion."""

THE_TASKS = ("width",)
"""Settings that change nothing here: the task runs the program, on its own machine."""


class Request(Protocol):
    """What lm-eval asks: its `Instance`."""

    doc: Mapping[str, Any]

    @property
    def args(self) -> tuple[Any, ...]:
        """(prompt, settings), (context, continuation) or (text,)."""


class ProgramReader:
    """A solver of the registry, reading programs; one technique is built for each origin of documents.

    Attributes:
      solver: Its name.
      artefacts: Content addresses of the fitted parts that have read.
    """

    def __init__(self, solver: str, settings: Mapping[str, Any]) -> None:
        """Choose the solver.

        Args:
          solver: Its name in the registry.
          settings: Its arguments.

        Raises:
          ValueError: The solver or a setting is unknown.
        """
        from glassbox.harness.engine.serving import answering_of
        from glassbox.harness.plugins.registered import registered

        there = {name: one for name, one in registered("solver").items() if reads(one.card)}
        if solver not in there:
            raise ValueError(f"solver {solver!r} does not run under lm-eval; one of {', '.join([TEXT, *there])}")
        make = there[solver].make
        known = [name for name in inspect.signature(make).parameters if name not in THE_TASKS]
        unknown = [name for name in settings if name not in known]
        if unknown:
            raise ValueError(
                f"model argument {unknown[0]} is unknown; solver {solver} takes {', '.join(known) or 'no settings'}"
            )
        found = answering_of(make(**settings))
        if found is None:
            raise ValueError(f"solver {solver} answers inside inspect only: use inspect eval")
        self.solver = solver
        self.artefacts: set[str] = set()
        self._build = found.build
        self._techniques: dict[Origin, Technique] = {}

    def programs(self, model: OpenModel, requests: Sequence[Request], size: int) -> Iterator[tuple[int, str]]:
        """The program read for each request, or nothing."""
        from glassbox.harness.engine.technique import Question

        groups: dict[Origin, list[int]] = defaultdict(list)
        for index, request in enumerate(requests):
            groups[self._origin(request)].append(index)
        for origin, members in groups.items():
            if origin not in self._techniques:
                self._techniques[origin] = self._build(model, origin)
            docs = {index: requests[index].doc for index in members}
            for batch in batches({index: doc["question"] for index, doc in docs.items()}, size):
                asked = [Question(docs[i]["question"], docs[i]["program"], int(docs[i]["target"])) for i in batch]
                attempts = self._techniques[origin].attempt(asked)
                self.artefacts |= {attempt.artefact for attempt in attempts if attempt.artefact}
                yield from zip(batch, (attempt.program or "" for attempt in attempts), strict=True)

    def _origin(self, request: Request) -> Origin:
        """Where the document comes from, once it is clear that the solver reads what the prompt asks."""
        from glassbox.harness.data.arithmetic.dataset import Origin
        from glassbox.harness.data.arithmetic.prompts import expression_prompt

        if "origin" not in request.doc or "question" not in request.doc:
            fields = ", ".join(request.doc)
            raise ValueError(f"solver {self.solver} reads documents of tasks/lm_eval; for one with {fields} use {TEXT}")
        if request.args[0] != expression_prompt(request.doc["question"]):
            raise ValueError(
                f"solver {self.solver} reads the bare question; leave out --num_fewshot and --system_instruction"
            )
        return Origin.model_validate(request.doc["origin"])


def reads(card: SolverCard) -> bool:
    """Whether a solver reads programs out of what lm-eval's tasks ask, without writing text itself."""
    said = card is not UNSAID and bool({ARITHMETIC, ANY} & set(card.answers))
    return said and not card.writes


def batches(items: Mapping[int, Sized], size: int) -> Iterator[list[int]]:
    """Keys in batches of like length, the longest first: the first batch shows whether memory suffices."""
    order = sorted(items, key=lambda index: -len(items[index]))
    for start in range(0, len(order), size):
        yield order[start : start + size]

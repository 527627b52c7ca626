"""Which model a task runs on: a reference model, unless the run names one; and what the log says of it.

Task(model=reference_model(), metadata={**provenance(), **facts_of_model(REFERENCE)}, ...)
ReferenceTask(metadata=..., ...)        # the same, and obeys the run's model even when it is built before the run
"""

from __future__ import annotations

from typing import Any

from inspect_ai import Task
from inspect_ai.model import Model, get_model

# Inspect has no public way to ask for the run's model without making one.
from inspect_ai.model._model import active_model  # inspect-evals-lint: ignore[IECQ001] -- see above

from glassbox.harness.lm.errors import CannotOpen
from glassbox.harness.lm.fetch import fetched
from glassbox.harness.lm.folders import hash_of
from glassbox.harness.lm.identity import MODEL_HASH
from glassbox.harness.lm.opened import open_from
from glassbox.harness.lm.shipped import shipped_models
from glassbox.harness.records.provenance import Fact, model_facts

REFERENCE = "open/arith"
"""The shipped model of the arithmetic and soft-prompt tasks."""
REAL = "open/smol"
"""The real language model of all other tasks, where set-up fetched it."""
NO_MODEL = "none/none"
"""What inspect calls the model of a run for which none was asked."""


def reference_model(name: str = REFERENCE) -> str | None:
    """The reference model, unless the run has a model: inspect prefers a task's own one even to `--model`.

    One that was never fetched is none: what needs no model runs without it.

    This sees the run's model where inspect itself builds the task: on the command line, and in `eval(ir_arith, ...)`.
    A task that is built first, as in `eval(ir_arith(), model=...)`, keeps its own.
    """
    return name if _asked() is None and _is_here(name.removeprefix("open/")) else None


class ReferenceTask(Task):
    """A task that runs on the reference model unless the run names one, however early the task was built.

    Inspect prefers a task's own model to the run's. Which of them it is is answered when inspect asks, inside the run,
    so that `eval(dcm_squad(), model=...)` is obeyed too.

    Attributes:
      reference: Name of the model.
    """

    def __init__(self, *, reference: str = REFERENCE, **settings: Any) -> None:
        self.reference = reference
        super().__init__(**settings)

    @property
    def model(self) -> Model | None:
        """The one that it was given since (inspect's `task_with`), else the reference where the run has no model."""
        if self._given is not None:
            return self._given
        name = reference_model(self.reference)
        return get_model(name) if name else None

    @model.setter
    def model(self, value: Model | None) -> None:
        self._given = value


def facts_of_model(default: str | None = None) -> dict[str, Fact]:
    """The content address of the run's model, as far as it is known while a task is built; else nothing.

    Args:
      default: The task's own model, `open/NAME`; None where it has none.
    """
    asked = _asked()
    if asked is not None:
        try:
            return model_facts(str(asked), open_from(asked))
        except CannotOpen:  # a model behind an API has no content address
            return {}
    known = default and hash_of(default.removeprefix("open/"))
    return {MODEL_HASH: known, f"{MODEL_HASH}_of": default} if known else {}


def _is_here(name: str) -> bool:
    return name in shipped_models() or fetched(name) is not None


def _asked() -> Model | None:
    asked = active_model()
    return None if asked is None or str(asked) == NO_MODEL else asked

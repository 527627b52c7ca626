"""From the model that inspect evaluates to the open model underneath, for solvers that work inside it.

model = open_from(get_model(), ARITHMETIC)
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeGuard
from weakref import WeakKeyDictionary

from glassbox.harness.lm.errors import CannotOpen
from glassbox.harness.lm.provider import OpenAPI
from glassbox.harness.plugins.card import ANY

if TYPE_CHECKING:
    from inspect_ai.model import Model, ModelAPI
    from transformers import PreTrainedModel

    from glassbox.harness.lm.model import OpenModel

_wrapped: WeakKeyDictionary[ModelAPI, OpenModel] = WeakKeyDictionary()
_wrapping = threading.Lock()


def open_from(model: Model, kind: str = ANY) -> OpenModel:
    """The open model under `open/...`, or under inspect's own `hf/...` provider, whose loaded weights are shared.

    Args:
      model: The model that inspect evaluates.
      kind: Of the task, so that the error can name solvers that work with any model.

    Raises:
      CannotOpen: The model answers in text only, or has been closed.
    """
    api = model.api
    if isinstance(api, OpenAPI):
        return api.open
    loaded, tokenizer = getattr(api, "model", None), getattr(api, "tokenizer", None)
    if tokenizer is not None and _is_loaded(loaded):
        from glassbox.harness.lm.load import wrap_loaded

        with _wrapping:
            if api not in _wrapped:
                _wrapped[api] = wrap_loaded(str(model), loaded, tokenizer)
            return _wrapped[api]
    from glassbox.harness.plugins.registered import names_of

    others = ", ".join(names_of(kind, ("none", "text")))
    way_out = f"; solvers that work with it: {others}" if others else ""
    raise CannotOpen(f"{model} gives text only, and this solver works inside the model: use open/ or hf/{way_out}")


def _is_loaded(model: object) -> TypeGuard[PreTrainedModel]:
    """Whether it is a model of Hugging Face's, whichever provider holds it."""
    from transformers import PreTrainedModel

    return isinstance(model, PreTrainedModel)

"""Adapters of peft's format over a base that stays as it is: a view has modules of its own over the base's tensors.

Nothing is put into the base and taken out again, so views of one base are used in turn and from threads, and the base
gives the same bits before, beside and after them. `hooked`, the adapter runs beside the weights it adapts and a view
costs only the adapter's memory; `merged`, it is added into copies of those weights and costs no time.
"""

from __future__ import annotations

import copy
import json
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.hub import first_line
from glassbox.harness.lm.identity import combined, file_digest

if TYPE_CHECKING:
    import torch
    from torch import nn
    from transformers import PreTrainedModel

Way = Literal["hooked", "merged"]
WAYS: tuple[Way, ...] = ("hooked", "merged")
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_ROOT = "base_model.model."
"""What peft puts before each module's name in its files."""


@dataclass(frozen=True)
class Adapter:
    """An adapter's folder.

    Attributes:
      folder: With `adapter_config.json` and `adapter_model.safetensors`.
      hash: Content address; where it lies and how it is applied are not in it.
      way: How it is applied.
    """

    folder: Path
    hash: str
    way: Way

    @classmethod
    def at(cls, path: str, way: str = "hooked") -> Adapter:
        """The adapter in a folder.

        Raises:
          OpenModelError: A file is missing, or there is no such way.
        """
        folder = Path(path).expanduser().resolve()
        for file in (CONFIG, WEIGHTS):
            if not (folder / file).is_file():
                raise OpenModelError(f"adapter {path} has no {file}; it is a folder that peft's save_pretrained wrote")
        if way not in WAYS:
            raise OpenModelError(f"adapter way {way!r} is unknown; use {' or '.join(WAYS)}")
        address = combined((file, file_digest(folder / file)) for file in (CONFIG, WEIGHTS))
        return cls(folder, address, way)


def adapted(base: PreTrainedModel, adapter: Adapter) -> PreTrainedModel:
    """A model that shares every tensor of `base` but those that a merged adapter changes.

    Raises:
      OpenModelError: peft is not installed, the adapter is no change of weights (prompt tuning), it is of another
        model, or it adapts other modules than its file has weights for.
    """
    tensors = _weights(adapter)
    view = _over_the_same_tensors(base)
    _inject(view, adapter, tensors)
    _assert_modules(view, adapter, tensors)
    if adapter.way == "merged":
        _merge(view, adapter)
    view.train(False).requires_grad_(False)
    return view


def adapter_layers(model: nn.Module) -> dict[str, nn.Module]:
    """Name to module, of each layer that peft put in; empty in a model that has none."""
    if "peft" not in sys.modules:  # nobody has put one in, and importing peft takes a second
        return {}
    from peft.tuners.tuners_utils import BaseTunerLayer
    from peft.utils.other import AuxiliaryTrainingWrapper

    kinds = (BaseTunerLayer, AuxiliaryTrainingWrapper)
    return dict(filter(lambda named: isinstance(named[1], kinds), model.named_modules()))


def adapter_state(model: nn.Module) -> tuple[str, ...]:
    """Which layers are adapted now, and by which adapters; forwards at equal states go through the same layers."""
    return tuple(
        f"{name} {getattr(layer, 'active_adapters', '')} {getattr(layer, 'disable_adapters', '')}"
        for name, layer in adapter_layers(model).items()
    )


def _weights(adapter: Adapter) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        import_module("peft")
    except ImportError as error:
        raise OpenModelError(
            f"adapters need peft, and {error.name} is not installed; pip install 'glassbox-evals[train]'"
        ) from error
    try:
        found = load_file(adapter.folder / WEIGHTS)
    except (SafetensorError, OSError) as error:
        raise OpenModelError(f"adapter {adapter.folder} is damaged: {first_line(error)}") from error
    return {key.removeprefix(_ROOT): tensor for key, tensor in found.items()}


def _over_the_same_tensors(base: PreTrainedModel) -> PreTrainedModel:
    """New modules, the same parameters and buffers: what is told to be copied already is not copied again."""
    shared: dict[int, Any] = {id(tensor): tensor for tensor in (*base.parameters(), *base.buffers())}
    return copy.deepcopy(base, shared)


def _inject(view: PreTrainedModel, adapter: Adapter, tensors: dict[str, torch.Tensor]) -> None:
    from peft import PeftConfig, inject_adapter_in_model, set_peft_model_state_dict

    try:
        config = PeftConfig.from_pretrained(str(adapter.folder))
        if config.is_prompt_learning:
            raise OpenModelError(f"adapter {adapter.folder} is {config.peft_type.value}, which changes no weights")
        config.inference_mode = True
        inject_adapter_in_model(config, view)
        found: Any = set_peft_model_state_dict(view, tensors)
    except OpenModelError:
        raise
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, json.JSONDecodeError) as error:
        raise OpenModelError(f"adapter {adapter.folder} does not fit the model: {first_line(error)}") from error
    if found.unexpected_keys:
        names = sorted(found.unexpected_keys)
        raise OpenModelError(
            f"adapter {adapter.folder} is of another model: nothing here takes its {names[0]} "
            f"({len(names)} of its {len(tensors)} tensors)"
        )


def _assert_modules(view: PreTrainedModel, adapter: Adapter, tensors: dict[str, torch.Tensor]) -> None:
    """A layer that was put in without weights of its file would run on random ones, or do nothing."""
    layers = adapter_layers(view)
    bare = [name for name in layers if not any(key.startswith(f"{name}.") for key in tensors)]
    if bare:
        raise OpenModelError(
            f"adapter {adapter.folder} adapts {len(layers)} modules and has weights for {len(layers) - len(bare)}: "
            f"none for {bare[0]}"
        )


def _merge(view: PreTrainedModel, adapter: Adapter) -> None:
    """Add the adapter into copies of the weights it adapts, and take its layers out again."""
    for name, layer in adapter_layers(view).items():
        try:
            view.set_submodule(name, _merged(layer))
        except (AttributeError, NotImplementedError, ValueError, RuntimeError) as error:
            raise OpenModelError(
                f"adapter {adapter.folder} cannot be merged at {name} ({first_line(error)}); use hooked"
            ) from error


def _merged(layer: Any) -> nn.Module:
    from peft.tuners.tuners_utils import BaseTunerLayer
    from torch import nn

    if not isinstance(layer, BaseTunerLayer):
        whole: nn.Module = layer.modules_to_save[layer.active_adapters[0]]
        return whole
    inner = layer.get_base_layer()
    for name, weight in list(inner.named_parameters(recurse=False)):
        setattr(inner, name, nn.Parameter(weight.detach().clone(), requires_grad=False))
    layer.merge(safe_merge=True)
    return inner

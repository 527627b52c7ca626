"""Open a view of a causal LM: base by short name, hub name or path, with an adapter or without; once a process.

model = open_model("arith")
model = open_model("smol")                              # after `glassbox models fetch smol`
model = open_model("smol+runs/adapters/words")          # an adapter of peft's format on it
model = open_model("models/Qwen2.5-0.5B-Q8_0.gguf")
model = open_model("TinyLlama/TinyLlama-1.1B-Chat-v1.0", device="cuda", dtype="bfloat16")
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassbox.harness.lm.adapters import Adapter, adapted, adapter_layers
from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.families import check_rows
from glassbox.harness.lm.folders import cached_when_unreachable, folder_of
from glassbox.harness.lm.hub import first_line, hub_folder
from glassbox.harness.lm.identity import tokenizer_files, weight_files
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.names import ViewName
from glassbox.harness.lm.pretrained import from_pretrained
from glassbox.harness.lm.prompt import TEMPLATES
from glassbox.harness.lm.random_weights import never_trained

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from glassbox.harness.lm.prompt import Template

KEPT = 4
"""Bases that stay open in one process, and views of each; GLASSBOX_OPEN_MODELS is another number."""
_DTYPES = ("float32", "bfloat16", "float16")

_Stamps = tuple[tuple[str, int], ...]


@dataclass
class _Base:
    """An opened base with the views of it that were asked for."""

    stamps: _Stamps
    opened: OpenModel
    views: OrderedDict[tuple[Any, ...], OpenModel] = field(default_factory=OrderedDict)


_bases: OrderedDict[tuple[str, str, str], _Base] = OrderedDict()
_opening = threading.Lock()


@dataclass(frozen=True)
class Wanted:
    """A view that is known to be here, not loaded yet.

    Attributes:
      name: What the user called it.
      adapter: What is on the base.
      folder: Where the base lies; None where the hub is to give it.
      device: Where it is to run.
      dtype: What it is to compute in.
      template: How it is to be prompted.
    """

    name: ViewName
    adapter: Adapter | None
    folder: Path | None
    device: str
    dtype: torch.dtype
    template: Template

    @classmethod
    def of(
        cls,
        name_or_path: str,
        *,
        device: str | None = None,
        dtype: str | torch.dtype | None = None,
        template: str = "auto",
        revision: str | None = None,
        adapter: str | None = None,
        adapter_way: str = "hooked",
    ) -> Wanted:
        """What `open_model` would open with these arguments.

        Raises:
          OpenModelError: See there; files that are damaged are only found when it is opened.
        """
        if template not in TEMPLATES:
            raise OpenModelError(f"template {template!r} is unknown; use {' or '.join(TEMPLATES)}")
        name = ViewName.of(name_or_path, revision=revision, adapter=adapter)
        on_it = None if name.adapter is None else Adapter.at(name.adapter, adapter_way)
        where = _device(device)
        precision = _dtype(dtype, where)
        folder = folder_of(name.base)
        if folder and name.revision:
            raise OpenModelError(f"{name.base} is not from the hub and has no revision {name.revision}")
        return cls(name, on_it, folder or cached_when_unreachable(name.base, name.revision), where, precision, template)

    def open(self) -> OpenModel:
        """Load it, or find it among those that are open."""
        base = str(replace(self.name, adapter=None, random=False))
        key = (str(self.folder.resolve()) if self.folder else base, self.device, str(self.dtype))
        with _opening:
            stamps = _stamps(self.folder)
            if key not in _bases or _bases[key].stamps != stamps:
                _bases[key] = _Base(stamps, _load(self, base))
            _keep_latest(_bases, key)
            return _view(_bases[key], self)


def open_model(
    name_or_path: str,
    *,
    device: str | None = None,
    dtype: str | torch.dtype | None = None,
    template: str = "auto",
    revision: str | None = None,
    adapter: str | None = None,
    adapter_way: str = "hooked",
) -> OpenModel:
    """Open a view of a causal LM; a second call with the same arguments returns the same object while it is kept.

    A folder whose files changed since is loaded anew. No code from the model's repository is ever run, and weights
    are read from safetensors only. The models used last stay open, four of them or GLASSBOX_OPEN_MODELS.

    Args:
      name_or_path: Short name of a shipped or fetched model, hub name, folder, or GGUF file; `BASE@REVISION` and
        `BASE+ADAPTER` say the two arguments below, `BASE~random` is the same shape, never trained.
      device: Such as `cpu` or `cuda:1`; None or `auto` takes CUDA, then MPS, then CPU.
      dtype: Such as `float32`; None or `auto` takes bfloat16 on CUDA and float32 elsewhere.
      template: `auto` applies the chat template of a model that has one, `plain` never does.
      revision: Branch, tag or commit of a hub name.
      adapter: Folder of an adapter of peft's format.
      adapter_way: `hooked` runs it beside the weights it adapts, `merged` adds it into copies of them.

    Raises:
      OpenModelError: The name is unknown, a file is missing or broken, the adapter is of another model, or device,
        dtype or template is not to be had.
    """
    wanted = Wanted.of(
        name_or_path,
        device=device,
        dtype=dtype,
        template=template,
        revision=revision,
        adapter=adapter,
        adapter_way=adapter_way,
    )
    return wanted.open()


def wrap_loaded(name: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> OpenModel:
    """An open model over objects that are already in memory; its files are found again if it came from any.

    One with an adapter in it already is what is in memory, and not what its base's files say.
    """
    came_from = getattr(model, "name_or_path", "") or ""
    folder = Path(came_from) if came_from and Path(came_from).is_dir() else hub_folder(came_from, model)
    known = folder is not None and bool(weight_files(folder)) and not adapter_layers(model)
    return _asked(OpenModel(name, model, tokenizer, folder if known else None))


def _view(base: _Base, wanted: Wanted) -> OpenModel:
    """The view, made where it is not kept; another form of prompt over the same weights is one too."""
    name, on_it, template = wanted.name, wanted.adapter, wanted.template
    if on_it is None and not name.random and base.opened.template == template:
        return base.opened
    key = (on_it, template, name.random)
    if key not in base.views:
        if on_it is None and not name.random:
            base.views[key] = replace(base.opened, template=template)
        else:
            model, known = base.opened.model, None if name.random else base.opened.folder
            changed = adapted(model, on_it) if on_it else never_trained(model)
            base.views[key] = _asked(
                OpenModel(str(name), changed, base.opened.tokenizer, known, template=template, adapter=on_it)
            )
    _keep_latest(base.views, key)
    return base.views[key]


def _keep_latest(kept: OrderedDict[Any, Any], used: object) -> None:
    """Drop what was not used for longest; whoever still works with it keeps it alive."""
    kept.move_to_end(used)
    asked = os.environ.get("GLASSBOX_OPEN_MODELS") or KEPT
    try:
        most = max(1, int(asked))
    except ValueError as error:
        raise OpenModelError(f"GLASSBOX_OPEN_MODELS is {asked!r}; give a number of models") from error
    while len(kept) > most:
        kept.popitem(last=False)


def _stamps(folder: Path | None) -> _Stamps:
    """What shows that a folder's files changed."""
    if folder is None:
        return ()
    files = (folder / "config.json", *weight_files(folder), *tokenizer_files(folder))
    return tuple((file.name, file.stat().st_mtime_ns) for file in files)


def _load(wanted: Wanted, called: str) -> OpenModel:
    from torch import nn

    name, folder = wanted.name, wanted.folder
    # A snapshot of the cache is of one revision already.
    which = {"revision": name.revision} if name.revision and folder is None else {}
    model, tokenizer = from_pretrained(name.base, folder, wanted.dtype, **which)
    model.train(False).requires_grad_(False)
    try:
        nn.Module.to(model, wanted.device)
    except (RuntimeError, AssertionError) as error:
        raise OpenModelError(f"{called} does not go to device {wanted.device}: {first_line(error)}") from error
    return _asked(OpenModel(called, model, tokenizer, folder or hub_folder(name.base, model)))


def _asked(opened: OpenModel) -> OpenModel:
    """The model, if its family does what batches of it are read by."""
    check_rows(opened)
    return opened


def _device(device: str | None) -> str:
    import torch

    if device is None or device == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        return str(torch.device(device))
    except RuntimeError as error:
        raise OpenModelError(f"device {device!r} is unknown; use auto, cpu, cuda, cuda:N or mps") from error


def _dtype(dtype: str | torch.dtype | None, device: str) -> torch.dtype:
    import torch

    if isinstance(dtype, torch.dtype):
        return dtype
    if dtype is None or dtype == "auto":
        return torch.bfloat16 if device.startswith("cuda") else torch.float32
    if dtype not in _DTYPES:
        raise OpenModelError(f"dtype {dtype!r} is unknown; use auto, {', '.join(_DTYPES)}")
    found: torch.dtype = getattr(torch, dtype)
    return found

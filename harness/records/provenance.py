"""Where a number comes from: versions, code state, machine, data, model, isolation; written into the log's metadata.

    Task(..., metadata={**provenance(), **data_facts(samples, seed), **model_facts("open/arith", model)})

`glassbox.harness.records.traced` reads it back, from the logs of every door.
"""

from __future__ import annotations

import os
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.lm.identity import MODEL_HASH
from glassbox.harness.lm.prompt import form_of
from glassbox.harness.records.data_hash import data_hash_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inspect_ai.dataset import Sample

    from glassbox.harness.lm.model import OpenModel

Fact = str | int | bool | None

PACKAGES = (
    "glassbox-evals",
    "inspect-ai",
    "torch",
    "transformers",
    "tokenizers",
    "safetensors",
    "wasmtime",
    "numpy",
    "lm-eval",
)


@cache
def _facts() -> dict[str, Fact]:
    """What does not change while a process lives."""
    commit, dirty = _revision(Path(__file__).resolve())
    return {
        **{f"version.{name}": _version(name) for name in PACKAGES},
        "version.python": platform.python_version(),
        "git.commit": commit,
        "git.dirty": dirty,
        "platform": platform.platform(),
        "cpu": _cpu(),
        "cpu_cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }


def provenance(device: str | None = None) -> dict[str, Fact]:
    """Facts about this process as a flat dictionary fit for JSON; what is unknown is None.

    Args:
      device: Where the model runs, if the caller knows; else the accelerator torch would choose, or `cpu`.
    """
    import torch

    accelerator = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {
        **_facts(),
        "torch_threads": torch.get_num_threads(),
        "device": device or ("cuda" if accelerator else "cpu"),
        "accelerator": accelerator,
    }


def data_facts(samples: Iterable[Sample], seed: int | None = None) -> dict[str, Fact]:
    """What was asked, as facts: its content address, and the seed of the draw.

    Args:
      samples: The task's whole data set, before any `--limit`.
      seed: None where nothing was drawn.
    """
    return {"data_hash": data_hash_of(samples), "data_seed": seed}


def model_facts(name: str, model: OpenModel) -> dict[str, Fact]:
    """Which model answers, as facts.

    Args:
      name: As inspect names it, `open/arith`; the hash is believed only for a run of that model.
      model: The opened model.
    """
    return {
        MODEL_HASH: model.hash,
        f"{MODEL_HASH}_of": name,
        "device": str(model.device),
        "model_dtype": str(model.dtype),
        "prompt_form": form_of(model),
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _revision(source: Path) -> tuple[str | None, bool | None]:
    """Commit and dirty flag of the repository that tracks `source`; an installed copy belongs to none."""
    if _git(source.parent, "ls-files", "--error-unmatch", source.name) is None:
        return None, None
    status = _git(source.parent, "status", "--porcelain")
    return _git(source.parent, "rev-parse", "HEAD"), None if status is None else bool(status)


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(("git", *arguments), cwd=folder, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _cpu() -> str | None:
    """Model name of the processor; `platform.processor()` is empty or only the architecture on Linux."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine() or None

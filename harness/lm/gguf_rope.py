"""What GGUF files say of rotary positions and transformers 5.23 passes over: without it states are wrong in silence.

    complete(Path("Llama-3.2-1B-Q8_0.gguf"), model.config)

Two forms: a tensor `rope_freqs.weight` with a divisor for each frequency (Llama 3.1 and later), and the fields
`rope.scaling.*` (linear scaling). Both become `rope_parameters` of the configuration, or the file is refused by name.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassbox.harness.lm.errors import OpenModelError

if TYPE_CHECKING:
    from transformers import PretrainedConfig

FREQUENCIES = ("rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight")
LLAMA3 = {"low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
"""Constants of Llama 3.1 to 3.3; a file keeps only what they lead to."""


def complete(file: Path, config: PretrainedConfig) -> None:
    """Write the file's rotary scaling into the configuration of the model that was read from it.

    Raises:
      OpenModelError: It is of a kind that has no counterpart here.
    """
    from gguf import GGUFReader

    reader = GGUFReader(file)
    rope: dict[str, Any] = dict(getattr(config, "rope_parameters", None) or {})
    if rope.get("rope_type", "default") != "default":
        return  # transformers has read it
    divisors = {tensor.name: np.asarray(tensor.data) for tensor in reader.tensors if tensor.name in FREQUENCIES}
    said = {name.rpartition(".rope.scaling.")[2]: field.contents() for name, field in reader.fields.items()}
    if divisors:
        loose: Any = config
        loose.rope_parameters = {**rope, **_llama3(file, divisors.get(FREQUENCIES[0]), rope)}
    elif (kind := said.get("type", "none")) == "linear":
        loose = config
        loose.rope_parameters = {**rope, "rope_type": "linear", "factor": float(said["factor"])}
    elif kind != "none":
        raise _refusal(file, f"rotary scaling of type {kind}")


def _llama3(file: Path, divisors: NDArray[np.float32] | None, rope: dict[str, Any]) -> dict[str, Any]:
    """The parameters whose divisors are these."""
    if divisors is not None:
        found: dict[str, Any] = {"rope_type": "llama3", "factor": float(divisors.max()), **LLAMA3}
        if np.allclose(llama3_divisors(found["factor"], rope["rope_theta"], 2 * len(divisors)), divisors, rtol=1e-3):
            return found
    raise _refusal(file, "frequencies of its own (rope_freqs)")


def llama3_divisors(factor: float, theta: float, width: int) -> NDArray[np.float64]:
    """By how much Llama 3.1 divides each frequency, [width / 2] (its reference implementation's `apply_scaling`)."""
    wavelengths = 2 * np.pi * theta ** (np.arange(0, width, 2) / width)
    low, high, context = LLAMA3.values()
    smooth = np.clip((context / wavelengths - low) / (high - low), 0.0, 1.0)
    return np.asarray(1 / ((1 - smooth) / factor + smooth))


def _refusal(file: Path, what: str) -> OpenModelError:
    return OpenModelError(
        f"{file.name} has {what}, which is not read from GGUF; open the model's own safetensors folder"
    )

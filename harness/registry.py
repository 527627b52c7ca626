"""What inspect loads of the engine: the model provider `open/` and the sandbox `wasm`.

Tasks and solvers register in their own packages.
"""

from glassbox.harness.lm.provider import open_provider
from glassbox.harness.sandbox.provider import WasmSandbox

__all__ = ["WasmSandbox", "open_provider"]

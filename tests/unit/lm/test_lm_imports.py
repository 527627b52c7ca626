"""What inspect and the command line import at start stays light: torch waits until a model is opened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("module", ["provider", "opened", "shipped"])
def test_importing_it_imports_neither_torch_nor_transformers(module: str) -> None:
    program = f"import sys, glassbox.harness.lm.{module}; print(sorted({{'torch', 'transformers'}} & set(sys.modules)))"
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=360)
    assert done.stdout.strip() == "[]", done.stderr

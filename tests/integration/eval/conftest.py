"""One store of fitted parts for all evaluations of the session, away from the user's own; one thread for torch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from harness.lm.shipped import shipped_models


@pytest.fixture(scope="session", autouse=True)
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where parts fitted by these tests are kept."""
    folder = tmp_path_factory.mktemp("artefacts")
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASSBOX_ARTEFACTS", str(folder))
        yield folder


@pytest.fixture(scope="session")
def arith() -> Path:
    """The folder of the reference model."""
    if "arith" not in shipped_models():
        pytest.skip("no model `arith` is shipped in baselines/models; `glassbox models train arith` makes one")
    return shipped_models()["arith"]

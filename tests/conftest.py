"""Where tests find the public data and models that are not part of the repository.

They lie in a folder `shared` beside the repository, or where GLASSBOX_SHARED points. A test that asks for something
that is not there is skipped, with the missing path as its reason.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

SharedPath = Callable[[str], Path]


def shared_root() -> Path:
    """The folder that holds `data` and `models`."""
    beside = Path(__file__).resolve().parents[1].parent / "shared"
    return Path(os.environ.get("GLASSBOX_SHARED", beside))


def _finder(folder: str) -> SharedPath:
    def find(relative: str = "") -> Path:
        path = shared_root() / folder / relative
        if not path.exists():
            pytest.skip(f"public file {path} is absent; set GLASSBOX_SHARED to the folder that holds {folder}/")
        return path

    return find


@pytest.fixture(scope="session")
def shared_data() -> SharedPath:
    """`shared_data("svamp/SVAMP.json")` is the path of that public data file or folder."""
    return _finder("data")


@pytest.fixture(scope="session")
def shared_models() -> SharedPath:
    """`shared_models("stories260K")` is the path of that public checkpoint."""
    return _finder("models")

"""The component as it is shipped: CPython, its standard library and the guest, the same to the last bit everywhere.

    card().name          # what a log says it was judged by
    wasm()               # the component itself

It is made anew by developers alone (`making`): a build freezes a random hash seed and a heap into it, and no two are
equal. docs/sandbox.md tells the rest.
"""

from __future__ import annotations

import hashlib
import lzma
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from glassbox.harness.sandbox.errors import SandboxError as SandboxError
from glassbox.harness.sandbox.errors import SetupError

FOLDER_VARIABLE = "GLASSBOX_SANDBOX_COMPONENT"
"""A folder with another component, to try one before it is shipped."""

SANDBOX_COMPONENT = "sandbox_component"
"""Key under which a log keeps the name of the component that judged."""

CARD = "interpreter.json"
CONTENT = "interpreter.wasm.xz"


class Card(BaseModel):
    """What is known of a component.

    Attributes:
      sha256: Of the component.
      sources: What its guest was made from; see `making.source_digest`.
      linked: Whether its modules are linked into one; otherwise it is as componentize-py left it.
      made_with: Versions of the tools.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    sources: str
    linked: bool
    made_with: dict[str, str]

    @property
    def name(self) -> str:
        """16 hexadecimal digits, as logs have them."""
        return self.sha256[:16]


def folder() -> Path:
    """Where the component lies: the package's own place, or GLASSBOX_SANDBOX_COMPONENT."""
    return Path(os.environ.get(FOLDER_VARIABLE) or Path(__file__).parent)


def card() -> Card:
    """The card of the component.

    Raises:
      SetupError: There is none, or it is not a card.
    """
    path = folder() / CARD
    try:
        return Card.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SetupError(f"the sandbox's component has no card: {path}: {error.strerror}; {_way_out()}") from error
    except ValidationError as error:
        raise SetupError(f"{path} is not the card of a component; {_way_out()}") from error


def wasm() -> bytes:
    """The component, unpacked.

    Raises:
      SetupError: It is not the one that its card speaks of.
    """
    path, expected = folder() / CONTENT, card().sha256
    try:
        content = lzma.decompress(path.read_bytes())
    except (OSError, lzma.LZMAError) as error:
        raise SetupError(f"{path} cannot be unpacked: {error}; {_way_out()}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise SetupError(f"{path} holds {found[:16]}, its card says {expected[:16]}; {_way_out()}")
    return content


def _way_out() -> str:
    if os.environ.get(FOLDER_VARIABLE):
        return f"unset {FOLDER_VARIABLE} for the one that is shipped"
    return "restore the file, or install glassbox-evals again"

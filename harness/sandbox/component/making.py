"""Making the component anew, for developers: componentize-py builds it, the linker joins its modules, xz packs it.

    python -m glassbox.harness.sandbox.build --rebuild

Do it once, when the guest is finished: each new component is 11 MB more in the repository for ever, and verdicts that
hang on the order of a set may differ between two of them.
"""

from __future__ import annotations

import ast
import hashlib
import io
import lzma
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tokenize
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from glassbox.harness.sandbox.component import CARD, CONTENT, Card
from glassbox.harness.sandbox.errors import SetupError
from glassbox.harness.sandbox.linking.binary import LinkingError
from glassbox.harness.sandbox.linking.component import linked

TOOL = "componentize-py"
_SANDBOX = Path(__file__).resolve().parents[1]
_PLACE = "glassbox/harness/sandbox"
_GUEST = f"{_PLACE}/guest"
_SHARED = ("codec.py", "standard.py")
_WORLD = "interpreter"
_APP = "glassbox.harness.sandbox.guest.app"
_PACKAGES = ("glassbox", "glassbox/harness", _PLACE, _GUEST)
"""Their __init__ files are empty in the guest, whatever they hold here."""

_SHIPPED = lzma.PRESET_EXTREME | 9


def sources() -> dict[str, bytes]:
    """What the guest is made from, by its path there: its own files and the two that it shares with the host."""
    guest = [path for path in (_SANDBOX / "guest").iterdir() if path.suffix in (".py", ".wit")]
    found = {f"{_GUEST}/{path.name}": path.read_bytes() for path in guest if path.name != "__init__.py"}
    found |= {f"{_PLACE}/{name}": (_SANDBOX / name).read_bytes() for name in _SHARED}
    return dict(sorted(found.items()))


def source_digest(files: Mapping[str, bytes]) -> str:
    """64 hexadecimal digits over what runs: comments, docstrings and empty lines make no other component."""
    digest = hashlib.sha256()
    for name, content in files.items():
        text = content.decode()
        digest.update(f"{name}\0{_code(text) if name.endswith('.py') else text}\0".encode())
    return digest.hexdigest()


def _code(source: str) -> str:
    """The lines of a program that are code."""
    lines: list[str | None] = list(source.splitlines())
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            line, column = token.start
            lines[line - 1] = token.line[:column]
    for node in ast.walk(ast.parse(source)):
        # A string that stands alone is a docstring, of whatever it follows.
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines[node.lineno - 1 : node.end_lineno] = [None] * ((node.end_lineno or node.lineno) - node.lineno + 1)
    return "\n".join(line.rstrip() for line in lines if line and line.strip())


def rebuild(folder: Path) -> Card:
    """Make the component and keep it in `folder`; where the linker does not know it, as componentize-py left it.

    Raises:
      SetupError: componentize-py is missing or fails.
    """
    content, joined = joined_if_known(componentized())
    return keep(content, folder, joined)


def componentized() -> bytes:
    """The component as componentize-py leaves it, from nothing but our own sources: no site-packages are to be seen.

    Raises:
      SetupError: componentize-py is missing or fails.
    """
    with tempfile.TemporaryDirectory(prefix="glassbox-component-") as place:
        folder = Path(place)
        for name, content in (dict.fromkeys([f"{each}/__init__.py" for each in _PACKAGES], b"") | sources()).items():
            target = folder / "app" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        packages = folder / "empty" / "lib" / "python3" / "site-packages"
        packages.mkdir(parents=True)
        built = folder / "sandbox.wasm"
        wit = folder / "app" / _GUEST / "sandbox.wit"
        done = subprocess.run(
            [_tool(), "-q", "-d", wit, "-w", _WORLD, "componentize", "-p", folder / "app", "-o", built, _APP],
            env={**os.environ, "VIRTUAL_ENV": str(folder / "empty")},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or not built.is_file():
            said = " ".join((done.stderr or done.stdout).split())[-600:]
            raise SetupError(f"{TOOL} failed with {done.returncode}: {said}")
        return built.read_bytes()


def joined_if_known(component: bytes) -> tuple[bytes, bool]:
    """The component with its modules linked, and whether they are: what the linker does not know it leaves alone."""
    try:
        return linked(component), True
    except LinkingError as error:
        print(
            f"sandbox: the linker does not know this component ({error}); it is kept as {TOOL} left it, which judges "
            "alike and takes longer for each run (docs/sandbox.md)",
            file=sys.stderr,
        )
        return component, False


def keep(component: bytes, folder: Path, joined: bool, preset: int = _SHIPPED) -> Card:
    """Write the component and its card into `folder`.

    Args:
      component: The component.
      folder: Is made if it is not there.
      joined: Whether its modules are linked.
      preset: xz's; the default is for shipping and takes a minute.
    """
    card = Card(
        sha256=hashlib.sha256(component).hexdigest(),
        sources=source_digest(sources()),
        linked=joined,
        made_with={TOOL: metadata.version(TOOL)},
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONTENT).write_bytes(lzma.compress(component, preset=preset))
    (folder / CARD).write_text(f"{card.model_dump_json(indent=1)}\n", encoding="utf-8")
    return card


def _tool() -> str:
    beside = Path(sysconfig.get_path("scripts")) / TOOL
    found = str(beside) if beside.is_file() else shutil.which(TOOL)
    if found is None:
        raise SetupError(f"{TOOL} is not installed, which makes components; pip install 'glassbox-evals[dev]'")
    return found

"""The component is shipped, set up once for each machine from what the package carries, and never loaded stale."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from wasmtime import wat2wasm

from glassbox.harness.cache import cache_folder
from glassbox.harness.sandbox.build import compiled, identity
from glassbox.harness.sandbox.component import CARD, CONTENT, card, folder
from glassbox.harness.sandbox.component.making import joined_if_known, keep, source_digest, sources

MIB = 1 << 20
JUDGE = (
    "from glassbox.harness.sandbox.judge import Judge\nfrom glassbox.harness.sandbox.case import Case\n"
    "from glassbox.harness.sandbox.build import compiled, identity\n"
    "print(compiled(), Judge().judge('def f(x): return x + 1', 'f', [Case((1,), 2)]).outcome, identity())"
)
SETUP = (
    "import sys, runpy\nsys.argv = ['build']\nrunpy.run_module('glassbox.harness.sandbox.build', run_name='__main__')"
)
SMALL = bytes(wat2wasm("(component)"))
# Both wait for a word before they ask for it, so that they do so at once.
TOGETHER = "from glassbox.harness.sandbox.build import compiled\nprint('ready', flush=True); input(); print(compiled())"


def middling(place: Path) -> str:
    """A folder with a component that takes about a second to compile."""
    body = "(local.set 0 (i32.xor (i32.mul (local.get 0) (i32.const 31)) (i32.rotl (local.get 0) (i32.const 7))))"
    functions = f"(func (param i32) (result i32) {body * 60} (local.get 0))" * 1500
    keep(bytes(wat2wasm(f"(component (core module {functions}))")), place, joined=False, preset=0)
    return str(place)


def started(cache: Path, code: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "GLASSBOX_CACHE": str(cache), **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=1800)
    return process.returncode, out.strip(), err.strip()


def small(place: Path) -> str:
    """A folder with a component of nothing, which is compiled at once."""
    keep(SMALL, place, joined=False, preset=0)
    return str(place)


def test_the_shipped_component_was_made_from_the_guest_that_stands_here() -> None:
    assert card().sources == source_digest(sources()), (
        "the guest has changed since the component was made; when it is finished, run `make heavy` and "
        "`python -m glassbox.harness.sandbox.build --rebuild`, and commit the two files once"
    )
    assert card().linked
    assert (folder() / CONTENT).stat().st_size < 16 * MIB


def test_the_guest_is_made_from_its_own_sources_and_the_two_it_shares_with_the_host() -> None:
    names = {name.removeprefix("glassbox/harness/sandbox/") for name in sources()}
    assert {"codec.py", "guest/app.py", "guest/sandbox.wit"} <= names
    assert {name for name in names if not name.startswith("guest/")} == {"codec.py", "standard.py"}
    assert not [name for name in names if name.endswith("__init__.py")]


def test_words_about_the_guest_make_no_other_component_and_its_code_does() -> None:
    source = b'"""Why."""\n\nX = "#"  # what\n\ndef f():\n    """How."""\n    return X\n'
    bare = b'X = "#"\ndef f():\n    return X\n'
    assert source_digest({"a.py": source}) == source_digest({"a.py": bare})
    assert source_digest({"a.py": source}) != source_digest({"a.py": source.replace(b'"#"', b'"##"')})
    assert source_digest({"a.py": source}) != source_digest({"b.py": source})


def test_the_compiled_component_lies_in_the_cache_under_the_name_of_its_content() -> None:
    assert compiled() == cache_folder("sandbox") / f"{identity()}.cwasm"
    assert compiled().stat().st_size > 10 * MIB


def test_judging_needs_neither_the_linker_nor_componentize_py(tmp_path: Path) -> None:
    code = f"{JUDGE}\nimport sys; print([name for name in sys.modules if 'linking' in name or 'componentize' in name])"
    compiled()
    status, said, complaint = ended(started(cache_folder("sandbox").parent, code, PATH=str(tmp_path)))
    assert (status, complaint) == (0, "")
    assert said.splitlines()[1] == "[]"


def test_a_broken_file_in_the_cache_is_named_with_the_way_out(tmp_path: Path) -> None:
    broken = tmp_path / "sandbox" / f"{identity()}.cwasm"
    broken.parent.mkdir()
    broken.write_bytes(b"nothing of the kind")
    status, _, complaint = ended(started(tmp_path, JUDGE))
    assert status == 1
    last = complaint.splitlines()[-1]
    assert last.startswith(f"glassbox.harness.sandbox.errors.SandboxError: {broken} is not a compiled component: ")
    assert last.endswith("; delete it and run again")


def test_a_component_that_is_not_the_one_of_its_card_is_refused_in_one_line(tmp_path: Path) -> None:
    other = small(tmp_path / "other")
    written = (tmp_path / "other" / CARD).read_text(encoding="utf-8")
    (tmp_path / "other" / CARD).write_text(written.replace(card_digest(written), "0" * 64), encoding="utf-8")
    status, _, complaint = ended(started(tmp_path, SETUP, GLASSBOX_SANDBOX_COMPONENT=other))
    place = tmp_path / "other" / CONTENT
    said = f"sandbox: {place} holds {card_digest(written)[:16]}, its card says {'0' * 16}; "
    way_out = "unset GLASSBOX_SANDBOX_COMPONENT for the one that is shipped"
    assert (status, complaint.splitlines()[-1]) == (1, said + way_out)
    assert "Traceback" not in complaint


def card_digest(written: str) -> str:
    return written.split('"sha256":"')[-1].split('"sha256": "')[-1][:64]


def test_a_folder_without_a_component_is_named_in_one_line(tmp_path: Path) -> None:
    status, _, complaint = ended(started(tmp_path, SETUP, GLASSBOX_SANDBOX_COMPONENT=str(tmp_path)))
    assert status == 1
    assert complaint == (
        f"sandbox: the sandbox's component has no card: {tmp_path / CARD}: No such file or directory; "
        "unset GLASSBOX_SANDBOX_COMPONENT for the one that is shipped"
    )


def test_a_cache_that_cannot_be_made_is_one_line_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    status, said, complaint = ended(started(tmp_path / "file", SETUP))
    assert (status, said) == (1, "")
    assert complaint == (
        f"sandbox: the sandbox's cache {tmp_path / 'file' / 'sandbox'} cannot be written: Not a directory; "
        "make room there (80 MB), or set GLASSBOX_CACHE to another folder"
    )


def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    other = small(tmp_path / "small")
    limit = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({1 << 10}, {resource.RLIM_INFINITY}))\n"
    status, said, complaint = ended(started(tmp_path, limit + SETUP, GLASSBOX_SANDBOX_COMPONENT=other))
    assert (status, said) == (1, "")
    announced, refused = complaint.splitlines()
    assert announced.startswith("sandbox: compiling CPython for WebAssembly into ")
    assert refused.startswith(f"sandbox: the sandbox's cache {tmp_path / 'sandbox'} cannot be written: File too large;")
    assert [path.suffix for path in (tmp_path / "sandbox").iterdir()] in ([], [".lock"])


def test_a_component_that_the_linker_does_not_know_is_kept_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    unknown = bytes(wat2wasm('(component (core module (func (export "f"))))'))
    assert joined_if_known(unknown) == (unknown, False)
    assert capsys.readouterr().err.startswith("sandbox: the linker does not know this component (")


def test_two_processes_that_need_it_at_once_compile_it_once(tmp_path: Path) -> None:
    component = middling(tmp_path / "component")
    processes = [started(tmp_path, TOGETHER, GLASSBOX_SANDBOX_COMPONENT=component) for _ in range(2)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("now\n")
        process.stdin.flush()
    results = [ended(process) for process in processes]
    (path,) = (tmp_path / "sandbox").glob("*.cwasm")
    assert [(status, said) for status, said, _ in results] == [(0, str(path))] * 2
    said = [complaint for _, _, complaint in results if complaint]
    assert said == [f"sandbox: compiling CPython for WebAssembly into {path.parent} (half a minute, once)"]
    assert sorted(file.name for file in path.parent.iterdir()) in (
        [path.name],
        [path.name, f"{path.name}.lock"],
    )

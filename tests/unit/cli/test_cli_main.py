"""The `glassbox` command: what a user sees, how fast, and what is never imported for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from glassbox.harness.cli.commands import about, commands
from glassbox.harness.cli.faults import is_users
from glassbox.harness.cli.main import main

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("torch", "transformers", "inspect_ai", "pandas", "rich", "numpy", "wasmtime")


def _glassbox(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "glassbox.harness.cli.main", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["leaderbord"]])
def test_help_version_and_refusal_import_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import json, sys\n"
        "from glassbox.harness.cli.main import main\n"
        "try:\n    main(json.loads(sys.argv[1]))\nexcept SystemExit:\n    pass\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    command = [sys.executable, "-c", program, json.dumps(arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    imported = set(json.loads(done.stdout.splitlines()[-1]))
    assert "glassbox" in imported
    assert imported.isdisjoint(HEAVY)


def test_help_names_every_command_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    listed = capsys.readouterr().out.splitlines()
    for name, command in commands().items():
        assert any(line.split(maxsplit=1) == [name, about(command)] for line in listed), name


@pytest.mark.parametrize("name", commands())
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: {name}" if name == "lm-eval" else f"usage: glassbox {name}")
    assert name == "lm-eval" or "--debug" in said  # lm-eval's help is its own


def test_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    try:
        expected = metadata.version("glassbox-evals")
    except metadata.PackageNotFoundError:
        expected = "(not installed; pip install glassbox-evals)"
    assert capsys.readouterr().out == f"glassbox {expected}\n"


def test_an_unknown_command_gets_the_closest_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["leaderbord"]) == 2
    assert capsys.readouterr().err == "glassbox: no command 'leaderbord'; did you mean leaderboard?\n"


def test_a_command_like_no_other_gets_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["xyzzy"]) == 2
    assert capsys.readouterr().err == f"glassbox: no command 'xyzzy'; there are {', '.join(commands())}\n"


def test_no_command_prints_the_help_and_an_option_alone_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "commands:" in capsys.readouterr().out
    assert main(["--debug"]) == 2


def test_a_users_error_is_one_line_and_exit_2() -> None:
    done = _glassbox("models", "card", "no-such-model")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("glassbox: no model 'no-such-model'; there are arith, ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--debug", "models", "card", "no"], ["models", "card", "no", "--debug"]])
def test_debug_shows_where_the_error_comes_from(arguments: list[str]) -> None:
    done = _glassbox(*arguments)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "command.py" in done.stderr


def test_a_reader_that_went_away_is_no_error() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "glassbox.harness.cli.main", "models", "list", "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, stdout=write_end, stderr=subprocess.PIPE, timeout=300, check=False)
    os.close(write_end)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_librarys_value_error_is_our_fault_and_not_the_users() -> None:
    with pytest.raises(json.JSONDecodeError) as broken:
        json.loads("{")
    assert not is_users(broken.value)
    with pytest.raises(ValueError, match="shorter") as uneven:
        list(zip([1], [], strict=True))
    assert not is_users(uneven.value)


def test_the_projects_own_value_errors_are_the_users() -> None:
    from glassbox.harness.data.arithmetic.generate import generate
    from glassbox.harness.ir.validate import InvalidProgram

    assert is_users(InvalidProgram("empty", "the program has no steps"))
    with pytest.raises(ValueError, match="n is 0") as refused:
        generate("single", "iid", 0)
    assert is_users(refused.value)

"""The sandbox `wasm` runs command lines of Python, and says of every other what works."""

from __future__ import annotations

import pytest

from glassbox.harness.sandbox.command_line import Invocation, Kind, Refused, parsed


@pytest.mark.parametrize(
    ("command", "kind", "program", "argv"),
    [
        (["python", "-c", "print(1)", "x"], Kind.TEXT, "print(1)", ("-c", "x")),
        (["python3", "-u", "-B", "-c", "print(1)"], Kind.TEXT, "print(1)", ("-c",)),
        (["/usr/bin/python3", "a/main.py", "-c", "x"], Kind.FILE, "a/main.py", ("a/main.py", "-c", "x")),
        (["python3", "-"], Kind.INPUT, "", ("-",)),
        (["python3"], Kind.INPUT, "", ("-",)),
        (["python3", "-m", "tool", "--fast"], Kind.MODULE, "tool", ("-m", "--fast")),
        (["python3", "--version"], Kind.VERSION, "", ()),
        (["bash", "--login", "-c", "python3 -"], Kind.INPUT, "", ("-",)),
        (["sh", "-c", "python3 main.py 'a b' \"c d\""], Kind.FILE, "main.py", ("main.py", "a b", "c d")),
        (["bash", "-lc", "python3 -c 'print($HOME, `x`)'"], Kind.TEXT, "print($HOME, `x`)", ("-c",)),
        (["bash", "-c", "sh -c 'python -V'"], Kind.VERSION, "", ()),
    ],
)
def test_a_command_line_of_python_is_a_run(command: list[str], kind: Kind, program: str, argv: tuple[str, ...]) -> None:
    assert parsed(command) == Invocation(kind, program, argv)


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        (["gcc", "main.c"], 127, "gcc: command not found; this sandbox runs Python alone"),
        (["/opt/python3", "-c", "1"], 127, "/opt/python3: command not found"),
        (["bash", "-c", "ls"], 127, "ls: command not found"),
        (["bash", "-c", "python3 a.py | sort"], 127, "only one plain command can be run, not 'python3 a.py | sort'"),
        (["bash", "-c", "python3 a.py > out"], 127, "only one plain command"),
        (["bash", "-c", "python3 a.py; python3 b.py"], 127, "only one plain command"),
        (["bash", "-c", "python3 a.py\npython3 b.py"], 127, "only one plain command"),
        (["bash", "-c", "python3 $FILE"], 127, "only one plain command"),
        (["bash", "-c", 'python3 -c "print(`id`)"'], 127, "only one plain command"),
        (["bash", "-c", ""], 127, "only one plain command"),
        (["bash", "-c", "python3 'open"], 2, "No closing quotation"),
        (["bash", "script.sh"], 127, "there is no shell"),
        (["python3", "-c"], 2, "argument expected for the -c option"),
        (["python3", "-Z"], 2, "option -Z is unknown here"),
        ([], 2, "the command is empty"),
    ],
)
def test_another_command_line_is_refused_with_what_works(command: list[str], status: int, said: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(command)
    assert refused.value.status == status
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)

"""The inspect sandbox `wasm`: programs run, files stay, limits hold, and everything else is refused in words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from inspect_ai.util import ExecResult, OutputLimitExceededError

from glassbox.harness.sandbox import provider
from glassbox.harness.sandbox.provider import WasmSandbox

T = TypeVar("T")
Work = Callable[[WasmSandbox], Awaitable[T]]


def within(work: Work[T]) -> T:
    """What a piece of work on a fresh sandbox gives."""

    async def run() -> T:
        return await work(WasmSandbox())

    return asyncio.run(run())


def python_run(code: str, **named: object) -> ExecResult[str]:
    return within(lambda box: box.exec(["python3", "-c", code], **named))  # type: ignore[arg-type]


def test_a_program_prints_reads_its_input_and_ends_with_its_status() -> None:
    code = "import sys; print(sys.stdin.read().upper(), sys.argv[1:]); print('bad', file=sys.stderr); sys.exit(3)"
    result = within(lambda box: box.exec(["python", "-c", code, "a"], input="in"))
    assert result == ExecResult(False, 3, "IN ['a']\n", "bad\n")


def test_the_program_on_stdin_is_run_as_inspects_own_tool_sends_it() -> None:
    result = within(lambda box: box.exec(["bash", "--login", "-c", "python3 -"], input="print(6 * 7)"))
    assert result == ExecResult(True, 0, "42\n", "")


def test_the_traceback_is_the_one_that_python_prints() -> None:
    result = python_run("def f(x):\n    return 1 / x\nf(0)")
    assert result.returncode == 1
    lines = [line.strip() for line in result.stderr.splitlines()]
    assert lines[0] == "Traceback (most recent call last):"
    assert 'File "<string>", line 3, in <module>' in lines
    assert 'File "<string>", line 2, in f' in lines
    assert lines[-1] == "ZeroDivisionError: division by zero"


def test_a_program_that_does_not_parse_names_line_and_fault() -> None:
    result = python_run("x = 1\ndef f(:\n    pass")
    assert result.returncode == 1
    assert 'File "<string>", line 2' in result.stderr
    assert "SyntaxError: invalid syntax" in result.stderr


@pytest.mark.parametrize(("given", "status", "said"), [("7", 7, ""), ("", 0, ""), ("'no'", 1, "no\n"), ("257", 1, "")])
def test_the_status_of_an_exit_is_what_a_shell_would_see(given: str, status: int, said: str) -> None:
    result = python_run(f"raise SystemExit({given})")
    assert (result.returncode, result.stderr) == (status, said)


def test_files_written_before_are_opened_imported_and_listed_and_those_written_there_are_read_back() -> None:
    async def work(box: WasmSandbox) -> tuple[ExecResult[str], str, bytes]:
        await box.write_file("tools/helper.py", "def double(x):\n    return 2 * x\n")
        await box.write_file("data/in.bin", bytes([0, 255]))
        await box.write_file(
            "main.py",
            "import os, pathlib\n"
            "from tools.helper import double\n"
            "pathlib.Path('out').mkdir()\n"
            "pathlib.Path('out/n.txt').write_text(str(double(21)))\n"
            "open('data/in.bin', 'ab').write(bytes([7]))\n"
            "os.remove('main.py')\n"
            "print(sorted(os.listdir()), os.path.isdir('out'), pathlib.Path('nope').exists())\n",
        )
        result = await box.exec(["python3", "main.py"])
        return result, await box.read_file("out/n.txt"), await box.read_file("/home/data/in.bin", text=False)

    result, text, content = within(work)
    assert result == ExecResult(True, 0, "['data', 'out', 'tools'] True False\n", "")
    assert (text, content) == ("42", bytes([0, 255, 7]))


FILE_CALLS = """
import glob, json, os, pathlib, shutil
os.makedirs('a/b/c')
pathlib.Path('a/one.json').write_text(json.dumps({'k': 1}))
with open('a/one.json', 'r+') as file:
    text = file.read()
    file.write('!')
shutil.copy('a/one.json', 'a/b/two.json')
shutil.move('a/b/two.json', 'three.json')
os.rename('a', 'z')
print(sorted(glob.glob('**/*', recursive=True)), text, open('three.json').read(), os.path.getsize('three.json'))
print([(folder, sorted(folders), files) for folder, folders, files in os.walk('.')])
print([str(path) for path in pathlib.Path('.').rglob('*.json')], [entry.name for entry in os.scandir('z')])
shutil.rmtree('z')
os.mkdir('empty')
os.chdir('empty')
print(os.listdir('..'), os.getcwd(), os.path.exists('/home/z'), os.access('../three.json', os.R_OK))
"""
REFUSED_CALLS = """
import os
open('f', 'w').write('x')
os.makedirs('full/inside')
for call in (
    lambda: open('nope'), lambda: open('full'), lambda: open('f', 'x'), lambda: open('f', 'rw'), lambda: open(1),
    lambda: open('no/where', 'w'), lambda: open('f').write('y'), lambda: os.mkdir('full'), lambda: os.rmdir('full'),
    lambda: os.mkdir('no/where'), lambda: os.remove('full'), lambda: os.remove('nope'), lambda: os.listdir('f'),
    lambda: os.stat('nope'), lambda: os.chdir('nope'), lambda: os.rename('nope', 'x'), lambda: __import__('nope'),
):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, end=' ')
"""


def test_the_usual_calls_on_files_do_what_they_do_elsewhere() -> None:
    async def work(box: WasmSandbox) -> tuple[ExecResult[str], dict[str, bytes]]:
        return await box.exec(["python3", "-c", FILE_CALLS]), box.files

    result, files = within(work)
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        "['three.json', 'z', 'z/b', 'z/b/c', 'z/one.json'] {\"k\": 1} {\"k\": 1}! 9",
        "[('.', ['z'], ['three.json']), ('./z', ['b'], ['one.json']), ('./z/b', ['c'], []), ('./z/b/c', [], [])]",
        "['three.json', 'z/one.json'] ['b', 'one.json']",
        "['empty', 'three.json'] /home/empty False True",
    ]
    assert files == {"/home/three.json": b'{"k": 1}!', "/home/empty/": b""}


def test_calls_on_files_fail_as_they_do_elsewhere() -> None:
    assert python_run(REFUSED_CALLS).stdout.split() == [
        *("FileNotFoundError", "IsADirectoryError", "FileExistsError", "ValueError", "OSError"),
        *("FileNotFoundError", "UnsupportedOperation", "FileExistsError", "OSError"),
        *("FileNotFoundError", "IsADirectoryError", "FileNotFoundError", "NotADirectoryError"),
        *("FileNotFoundError", "FileNotFoundError", "FileNotFoundError", "ModuleNotFoundError"),
    ]


def test_each_run_is_a_fresh_interpreter() -> None:
    async def work(box: WasmSandbox) -> ExecResult[str]:
        await box.exec(["python3", "-c", "import builtins; builtins.left = 1"])
        return await box.exec(["python3", "-c", "import builtins; print(hasattr(builtins, 'left'))"])

    assert within(work).stdout == "False\n"


def test_folder_and_environment_are_the_ones_given_and_nothing_of_the_host() -> None:
    code = "import os; print(os.getcwd(), dict(os.environ)); open('here', 'w').write('')"

    async def work(box: WasmSandbox) -> tuple[ExecResult[str], str]:
        result = await box.exec(["python3", "-c", code], cwd="a/b", env={"KEY": "value"})
        return result, await box.read_file("/home/a/b/here")

    result, content = within(work)
    assert (result.stdout, content) == ("/home/a/b {'KEY': 'value'}\n", "")


def test_the_files_of_the_host_are_not_there() -> None:
    result = python_run(f"import os; print(os.path.exists({__file__!r}), os.listdir('/'))")
    assert result.stdout == "False ['home']\n"


def test_a_file_that_is_missing_or_a_folder_raises_as_inspect_expects() -> None:
    async def work(box: WasmSandbox) -> None:
        await box.write_file("a/b.txt", "x")
        with pytest.raises(FileNotFoundError, match="nope"):
            await box.read_file("nope")
        with pytest.raises(IsADirectoryError):
            await box.read_file("a")
        with pytest.raises(IsADirectoryError):
            await box.write_file("a", "x")
        await box.write_file("b.bin", b"\xff")
        with pytest.raises(UnicodeDecodeError):
            await box.read_file("b.bin")

    within(work)


def test_newlines_are_kept_as_they_are() -> None:
    async def work(box: WasmSandbox) -> str:
        await box.write_file("t", "a\r\nb\rc\n")
        return await box.read_file("t")

    assert within(work) == "a\r\nb\rc\n"


def test_a_missing_program_says_so() -> None:
    result = within(lambda box: box.exec(["python3", "nope.py"]))
    assert (result.returncode, result.success) == (2, False)
    assert "can't open file '/home/nope.py'" in result.stderr


def test_another_command_fails_with_what_works() -> None:
    result = within(lambda box: box.exec(["ls", "-l"]))
    assert (result.returncode, result.stdout) == (127, "")
    assert result.stderr.startswith("ls: command not found; this sandbox runs Python alone: python or python3 with -c")


def test_a_program_that_never_ends_times_out_and_its_files_are_as_before() -> None:
    async def work(box: WasmSandbox) -> str:
        await box.write_file("kept", "before")
        with pytest.raises(TimeoutError, match="more than a core does in 1 s"):
            await box.exec(["python3", "-c", "open('kept', 'w').write('after')\nwhile True: pass"], timeout=1)
        return await box.read_file("kept")

    assert within(work) == "before"


def test_sleeping_takes_no_time() -> None:
    result = python_run("import time; time.sleep(1e9); print('awake')", timeout=1)
    assert result.stdout == "awake\n"


def test_a_program_that_wants_more_memory_than_there_is_gets_a_memory_error() -> None:
    assert python_run("x = bytearray(10**9)").stderr.endswith("MemoryError\n")


def test_more_output_than_inspect_allows_raises_with_its_beginning() -> None:
    with pytest.raises(OutputLimitExceededError) as raised:
        python_run("print('x' * (11 * 2**20))")
    assert raised.value.truncated_output is not None
    assert len(raised.value.truncated_output) == 10 * 2**20


def test_the_disk_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "DISK_BYTES", 1000)

    async def work(box: WasmSandbox) -> None:
        await box.write_file("a", b"x" * 600)
        with pytest.raises(OSError, match="would hold 1200 bytes; it has 1000"):
            await box.write_file("b", b"x" * 600)
        result = await box.exec(["python3", "-c", "open('b', 'w').write('x' * 600)"])
        assert (result.success, result.stderr) == (
            False,
            "the files of this sandbox would hold 1200 bytes; it has 1000\n",
        )
        assert await box.read_file("a") == "x" * 600
        with pytest.raises(FileNotFoundError):
            await box.read_file("b")

    within(work)


def test_programs_run_beside_each_other_without_seeing_each_other() -> None:
    async def work(box: WasmSandbox) -> list[str]:
        runs = (box.exec(["python3", "-c", f"print(sum(range({n})))"]) for n in range(20))
        return [result.stdout.strip() for result in await asyncio.gather(*runs)]

    assert within(work) == [str(sum(range(n))) for n in range(20)]

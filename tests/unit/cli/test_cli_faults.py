"""What a user, the disk, the terminal or a plug-in does wrong is one line and exit status 2, never a traceback."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import types
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from glassbox.harness.cli.commands import prepared
from glassbox.harness.cli.faults import line_of
from glassbox.harness.cli.main import main
from glassbox.harness.plugins import entries as plugins
from glassbox.harness.records.files import KeptElsewhere, writable, write_atomically, write_or_keep

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["eval", "ir_arith", "--solvr", "gold"], "there is no --solvr, did you mean --solver?"),
        (
            ["eval", "ir_arith", "--solver", "gold", "--limt", "3"],
            "arguments: --limt 3; did you mean --limit?",
        ),
        (["leaderboard", "--format", "jsn"], "did you mean json?"),
        (["models", "chek"], "did you mean check?"),
        (["stages", "--task", "dcm_sqad"], "did you mean dcm_squad?"),
    ],
)
def test_a_misspelt_option_or_choice_is_answered_with_the_one_meant(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["eval", "ir_arth", "--solver", "gold"], "there is no task 'ir_arth'; did you mean ir_arith?"),
        (["eval", "ir_arith", "--solver", "golt"], "there is no solver 'golt'; did you mean gold?"),
        (["eval", "ir_arith", "--solver", "gold", "--model", "arith"], "did you mean open/arith?"),
        (["eval", "ir_arith", "--solver", "gold", "-T", "split=fixd"], "word_problems, fixed; did you mean fixed?"),
        (["stages", "--model", "arith"], "did you mean open/arith?"),
        (["stages", "--ablate", "nam"], "no ablation 'nam'"),
        (["audit", "--only", "promt_overlap"], "did you mean prompt_overlap?"),
        (["suites", "phase33"], "suite 'phase33' is unknown"),
        (["models", "card", "arth"], "no model 'arth'; "),
        (["leaderbord"], "did you mean leaderboard?"),
    ],
)
def test_a_misspelt_name_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["eval", "ir_arith", "--solver", "gold", "--limit", "2", "--log-dir"],
        ["questions", "data", "--output"],
        ["prompt-questions", "sweep", "--output"],
        ["stages", "--log-dir"],
    ],
)
def test_a_folder_that_cannot_be_written_is_refused_before_the_work(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("a file")
    assert main([*words, str(tmp_path / "taken" / "logs")]) == 2
    assert f"{tmp_path / 'taken' / 'logs'}: cannot write here (Not a directory)" in capsys.readouterr().err


def test_what_cannot_be_written_at_the_end_is_kept_and_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(KeptElsewhere, match=r"\(Not a directory\); nothing is lost: it is kept as ") as refused:
        write_or_keep(tmp_path / "taken" / "run.json", lambda path: write_atomically(path, "the run"))
    kept = Path(str(refused.value).rpartition("kept as ")[2])
    assert kept.read_text(encoding="utf-8") == "the run"
    assert kept.name == "run.json"


def test_a_full_disk_names_the_file_that_was_to_be_written(tmp_path: Path) -> None:
    program = (
        "import resource, signal\nfrom pathlib import Path\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "from glassbox.harness.cli.faults import line_of\n"
        "from glassbox.harness.records.files import write_atomically\n"
        "try:\n    write_atomically(Path('report.html'), 'x' * 5000)\n"
        "except OSError as error:\n    print(line_of(error))\n"
    )
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "report.html: File too large; free, allow or name another place\n"
    assert list(tmp_path.iterdir()) == [], "nothing unfinished is left behind"


def test_a_folder_is_made_where_it_is_not_there(tmp_path: Path) -> None:
    writable(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_standard_output_on_a_full_disk_is_one_line() -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "glassbox.harness.cli.main", "models", "list"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "glassbox: No space left on device\n")


def test_an_ascii_terminal_gets_plain_signs_of_the_same_width() -> None:
    program = (
        "from glassbox.harness.cli.encoding import fit_streams\nfit_streams()\n"
        "print('│ 3.2 \\u00b5s ──┤ caf\\u00e9 \\u2265 \\u4e00')"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, check=True)
    assert done.stdout == b"| 3.2 us --+ cafe >= ?\n"


@pytest.mark.parametrize(
    "words", [["models", "list"], ["claims", "--log-dir", "none"], ["list", "tasks"], ["audit", "--list"]]
)
def test_commands_that_print_tables_work_on_an_ascii_terminal(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "glassbox.harness.cli.main", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert done.stdout.isascii()
    assert len(done.stdout.splitlines()) > 3


def test_a_plug_in_that_raises_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("frobnicate", "frobnicate.command", "glassbox.commands")
    monkeypatch.setattr(plugins, "entries", lambda group: (entry,) if group == "glassbox.commands" else ())
    module = types.ModuleType("frobnicate.command")
    exec("def run(args):\n    return {}['missing']\n", module.__dict__)
    with pytest.raises(KeyError) as raised:
        module.run(None)
    assert line_of(raised.value) == (
        "plug-in frobnicate of frobnicate failed, KeyError: 'missing'; --debug shows where; "
        "mend or uninstall frobnicate"
    )


def test_an_error_of_ours_or_of_a_library_keeps_its_traceback() -> None:
    with pytest.raises(KeyError) as ours:
        prepared("no such command", [])
    assert line_of(ours.value) is None
    with pytest.raises(json.JSONDecodeError) as theirs:
        json.loads("{")
    assert line_of(theirs.value) is None
    assert line_of(OSError("a library's own text")) is None
    assert line_of(OSError(errno.ENOSPC, "No space left on device", "x")) is not None

"""`-T` and `-S`: read as inspect reads them, fitted to the maker's annotations, refused in one line by every door."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai._util.config import parse_cli_args
from inspect_ai._util.error import PrerequisiteError

from glassbox.harness.cli.arguments import BadArgument, fitting, parsed
from glassbox.harness.cli.main import main
from glassbox.solvers.dcm import dcm
from glassbox.solvers.direct import direct
from glassbox.solvers.ir_head import ir_head
from glassbox.tasks.ir_arith import ir_arith
from tests.forks import forked

ROOT = Path(__file__).resolve().parents[3]

LINES = [
    "n=5", "layer=0.55", "layer=auto", "lr=1e-3", "lr=1.0e-3", "seed=null", "seed=~", "seed=", "plus=true", "plus=no",
    "plus=off", "split=word_problems", "leave_out=a,b", "leave_out=a, b", "levels=[1, 2]", "levels=1,2", "path=./x",
    'path="a,b.json"', "path='5'", "path=a=b", "max-tokens=7", "tier=3a", "tier=010", "x={a: 1}", 'x={"a": [true]}',
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_a_pair_means_what_it_means_to_inspect(line: str) -> None:
    """If this fails, inspect reads its arguments otherwise now: do the same in `parsed`."""
    assert parsed([line], "-T") == parse_cli_args([line])


@pytest.mark.parametrize(
    ("line", "said"),
    [("n", "-T n is not NAME=VALUE"), ("=5", "-T =5 is not NAME=VALUE"), ("x={", "-T x={: the value is broken YAML")],
)
def test_what_is_no_pair_is_refused(line: str, said: str) -> None:
    with pytest.raises(BadArgument, match=said):
        parsed([line], "-T")


REFUSED: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
    (ir_arith, {"n": "abc"}, "ir_arith: n=abc should be a valid integer"),
    (ir_arith, {"n": 0}, "ir_arith: n=0 should be greater than or equal to 1"),
    (
        ir_arith,
        {"splt": "iid"},
        "ir_arith takes no argument 'splt'; did you mean split? it takes split, n, ",
    ),
    (ir_arith, {"split": "word_problem"}, "did you mean word_problems?"),
    (ir_arith, {"split": "zzz"}, "ir_arith: split=zzz is none of "),
    (ir_head, {"head": "digit"}, "ir_head: head=digit is none of regression, binned, digits, pointer; "),
    (ir_head, {"pool": "lst"}, "ir_head: pool=lst is none of last, mean, attention; did you mean last?"),
    (ir_head, {"epochs": 0}, "ir_head: epochs=0 should be greater than or equal to 1"),
    (ir_head, {"width": 48}, "ir_head: width=48 is none of 32, 64"),
    (dcm, {"k": 0}, "k=0 should be greater than or equal to 1"),
    (direct, {"shots": True, "max_tokens": 0}, "direct: max_tokens=0 should be"),
]


@pytest.mark.parametrize(("maker", "given", "said"), REFUSED)
def test_a_factory_refuses_what_does_not_fit_in_a_line_that_inspect_shows_as_one(
    maker: Callable[..., Any], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(PrerequisiteError) as caught:
        maker(**given)
    assert isinstance(caught.value, ValueError)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "pydantic" not in str(caught.value)


@pytest.mark.parametrize(("maker", "given", "said"), [case for case in REFUSED if case[0] is not dcm])
def test_the_command_refuses_the_same_before_anything_is_made(
    maker: Callable[..., Any], given: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadArgument) as caught:
        fitting(maker, given)
    assert said in str(caught.value)


def test_values_become_what_the_annotation_wants() -> None:
    assert fitting(dcm, parsed(["lr=1e-3", "k=8"], "-S")) == {"lr": 0.001, "k": 8}
    assert fitting(ir_arith, parsed(["n=5", "path=123"], "-T")) == {"n": 5, "path": "123"}
    assert fitting(ir_head, parsed(["layer=auto", "epochs=2"], "-S")) == {"layer": "auto", "epochs": 2}
    assert fitting(ir_head, parsed(["layer=3"], "-S")) == {"layer": 3}


def test_the_command_says_it_in_one_line_with_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        (["ir_arith", "--solver", "gold", "-T", "n=abc"], "ir_arith: n=abc should be a valid integer"),
        (["ir_arith", "--solver", "ir_head", "-S", "pool=lst"], "did you mean last?"),
        (["ir_arit", "--solver", "gold"], "there is no task 'ir_arit'; did you mean ir_arith?"),
        (["ir_arith", "--solver", "glod"], "there is no solver 'glod'; did you mean gold?"),
    ):
        assert main(["eval", *words]) == 2
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--solver", "ir_head", "-S", "head=digit"], "did you mean digits?"),
        (["--solver", "gold", "-T", "n=abc"], "n=abc should be a valid integer"),
    ],
)
def test_inspect_shows_it_without_a_traceback(words: list[str], said: str) -> None:
    command = ("-m", "inspect_ai", "eval", "tasks/ir_arith.py@ir_arith", *words)
    done = forked(*command, cwd=ROOT, variables=os.environ).ended()
    assert done.returncode != 0
    assert said in " ".join(done.stdout.split())
    assert "Traceback" not in done.stdout + done.stderr

"""The equation parser: what the collections write, and that nothing outside it slips through."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from glassbox.harness.data.readers.equation import parse_expression, settle, solve_equation
from glassbox.harness.data.readers.source import LeftOutError, Reason
from glassbox.harness.ir.program import Arithmetic, Op, Result, Step, chain, single

TWO_PRODUCTS = Arithmetic((Step(Op.MULTIPLY, 2, 3), Step(Op.MULTIPLY, 4, 5), Step(Op.ADD, Result(0), Result(1))))


@pytest.mark.parametrize(
    ("equation", "answer", "program"),
    [
        ("( 76.0 - 25.0 )", 51, single(Op.SUBTRACT, 76, 25)),
        ("( ( 3.0 + 4.0 ) * 2.0 )", 14, chain(3, (Op.ADD, 4), (Op.MULTIPLY, 2))),
        ("X=((32.0+42.0)-35.0)", 39, chain(32, (Op.ADD, 42), (Op.SUBTRACT, 35))),
        ("56*9=x", 504, single(Op.MULTIPLY, 56, 9)),
        ("X = 70 - 27", 43, single(Op.SUBTRACT, 70, 27)),
        ("2+3*4", 14, Arithmetic((Step(Op.MULTIPLY, 3, 4), Step(Op.ADD, 2, Result(0))))),
        ("9-4-2", 3, chain(9, (Op.SUBTRACT, 4), (Op.SUBTRACT, 2))),
        ("24/4/2=x", 3, chain(24, (Op.DIVIDE, 4), (Op.DIVIDE, 2))),
        ("(2*3)+(4*5)=x", 26, TWO_PRODUCTS),
        ("x=(((-2.0)*(-15.0))*4.0)*(-1.0)", -120, chain(-2, (Op.MULTIPLY, -15), (Op.MULTIPLY, 4), (Op.MULTIPLY, -1))),
    ],
)
def test_equation_becomes_its_program(equation: str, answer: int, program: Arithmetic) -> None:
    assert settle(solve_equation(equation), Fraction(answer)) == (program, answer)


@pytest.mark.parametrize(
    ("equation", "x", "program"),
    [
        ("x+28=54", 26, single(Op.SUBTRACT, 54, 28)),
        ("28+x=54", 26, single(Op.SUBTRACT, 54, 28)),
        ("x-27=43", 70, single(Op.ADD, 43, 27)),
        ("70-x=27", 43, single(Op.SUBTRACT, 70, 27)),
        ("x*4=20", 5, single(Op.DIVIDE, 20, 4)),
        ("4*x=20", 5, single(Op.DIVIDE, 20, 4)),
        ("x/4=5", 20, single(Op.MULTIPLY, 5, 4)),
        ("20/x=5", 4, single(Op.DIVIDE, 20, 5)),
        ("8=2+x", 6, single(Op.SUBTRACT, 8, 2)),
        ("(x+4)/2=34", 64, chain(34, (Op.MULTIPLY, 2), (Op.SUBTRACT, 4))),
        ("50-(3*x)=20", 10, Arithmetic((Step(Op.SUBTRACT, 50, 20), Step(Op.DIVIDE, Result(0), 3)))),
    ],
)
def test_unknown_is_solved_wherever_it_stands(equation: str, x: int, program: Arithmetic) -> None:
    assert settle(solve_equation(equation), Fraction(x)) == (program, x)


@pytest.mark.parametrize(
    "equation",
    [
        "",
        " ",
        "8.0",
        "x",
        "x=",
        "=",
        "X = 0.32 = 0.21",
        "9=3+6",
        "x+x=4",
        "x=y",
        "2x=4",
        "1 2",
        "1.2.3+1",
        "3+*4",
        "(3+4",
        "3+4)",
        "3**4",
        "8//2",
        "-(3+4)",
        "3%2",
        "__import__('os')",
        "٣+٤",
        "1e5+1",
        "7/0",
        "9" * 31 + "+1",
        "(" * 100 + "1" + ")" * 100 + "+1",
        "-" * 5000 + "1",
        "1" + "+1" * 500,
    ],
)
def test_anything_else_is_not_expressible(equation: str) -> None:
    with pytest.raises(LeftOutError) as caught:
        settle(solve_equation(equation), Fraction(1))
    assert caught.value.reason is Reason.NOT_EXPRESSIBLE


@pytest.mark.parametrize(
    ("equation", "answer", "reason"),
    [
        ("0.8-0.1", "0.7", Reason.NON_INTEGER_OPERAND),
        ("x=6000.0*(1+25*.01)", "7500", Reason.NON_INTEGER_OPERAND),
        ("5/2=x", "2.5", Reason.NON_INTEGER_ANSWER),
        ("( 28.0 * ( 24.0 / 16.0 ) )", "42", Reason.INEXACT_DIVISION),
        ("40/7=x", "5", Reason.INEXACT_DIVISION),
        ("-7/2=x", "-3", Reason.INEXACT_DIVISION),
        ("34*4=x", "134", Reason.ANSWER_DISAGREES),
    ],
)
def test_first_reason_that_applies_is_given(equation: str, answer: str, reason: Reason) -> None:
    with pytest.raises(LeftOutError) as caught:
        settle(solve_equation(equation), Fraction(answer))
    assert caught.value.reason is reason


def test_random_nested_expressions_have_the_value_of_an_independent_evaluation() -> None:
    rng = random.Random(7)

    def grow(depth: int) -> tuple[str, int]:
        if depth == 0 or rng.random() < 0.2:
            number = rng.randint(0, 99)
            return f"{number}.0" if rng.random() < 0.5 else str(number), number
        (left, a), (right, b) = grow(depth - 1), grow(depth - 1)
        symbol, result = rng.choice([("+", a + b), ("-", a - b), ("*", a * b)])
        return f"( {left} {symbol} {right} )", result

    checked = 0
    for _ in range(300):
        text, result = grow(4)
        if text.startswith("("):
            assert settle(parse_expression(text), Fraction(result))[1] == result
            checked += 1
    assert checked > 200

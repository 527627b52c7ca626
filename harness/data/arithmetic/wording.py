"""Symbolic wording for the four operations: which phrase means which program, and which phrases are held out.

`{a}` and `{b}` are the operands of the *program* (`a op b`); phrases that name them the other way round
("subtract {b} from {a}") are where a reader that ignores word order fails. Training phrases are a list of whole ones
and the product of cores and frames; held-out phrases reuse words that occur there, in wordings that do not.
"""

from __future__ import annotations

from glassbox.harness.ir.program import Op

_WHOLE: dict[Op, tuple[str, ...]] = {
    Op.ADD: (
        "Add {a} and {b}",
        "Add {a} to {b}",
        "{a} plus {b}",
        "What is {a} plus {b}?",
        "What is the sum of {a} and {b}?",
        "Calculate {a} + {b}",
        "{a} + {b} =",
        "What is {a} added to {b}?",
        "Find the sum of {a} and {b}",
        "Compute {a} plus {b}",
        "The sum of {a} and {b}",
        "Find the total of {a} and {b}",
        "What do you get if you add {a} to {b}?",
        "What do you get when you add {a} and {b}?",
        "How much is {a} plus {b}?",
        "Increase {a} by {b}",
        "What is {a} increased by {b}?",
        "{a} and {b} added together",
        "Work out {a} + {b}",
        "Put {a} and {b} together",
        "What is {a} more than {b}?",
        "Start with {a} and add {b}",
        "Take {a} and add {b} to it",
        "If {a} is added to {b}, what is the result?",
        "Tell me {a} plus {b}",
        "Give the sum of {a} and {b}",
        "How much do you get when you put {a} and {b} together?",
        "What is the result of adding {a} and {b}?",
    ),
    Op.SUBTRACT: (
        "Subtract {b} from {a}",
        "{a} minus {b}",
        "What is {a} minus {b}?",
        "What is the difference between {a} and {b}?",
        "Take {b} away from {a}",
        "Take {b} from {a}",
        "{b} subtracted from {a}",
        "What is {b} subtracted from {a}?",
        "Calculate {a} - {b}",
        "{a} - {b} =",
        "Find the difference of {a} and {b}",
        "Find the difference between {a} and {b}",
        "{a} take away {b}",
        "What is {a} take away {b}?",
        "Compute {a} minus {b}",
        "Decrease {a} by {b}",
        "What is {a} decreased by {b}?",
        "How much is {a} minus {b}?",
        "What is {b} less than {a}?",
        "Start with {a} and subtract {b}",
        "Take {a} and subtract {b} from it",
        "Remove {b} from {a}",
        "What do you get if you subtract {b} from {a}?",
        "What is left if you take {b} away from {a}?",
        "Work out {a} - {b}",
        "From {a} subtract {b}",
        "From {a} remove {b}",
        "If {b} is taken away from {a}, what is left?",
        "If {b} is subtracted from {a}, what is the result?",
        "Tell me {a} minus {b}",
        "Give the difference between {a} and {b}",
        "How much is left when you take {b} from {a}?",
        "What is the result of subtracting {b} from {a}?",
        "When {b} is removed from {a}, how much is left?",
    ),
    Op.MULTIPLY: (
        "Multiply {a} by {b}",
        "Multiply {a} and {b}",
        "{a} times {b}",
        "What is {a} times {b}?",
        "What is the product of {a} and {b}?",
        "Find the product of {a} and {b}",
        "Calculate {a} * {b}",
        "{a} * {b} =",
        "{a} x {b}",
        "Compute {a} times {b}",
        "{a} multiplied by {b}",
        "What is {a} multiplied by {b}?",
        "How much is {a} times {b}?",
        "What do you get if you multiply {a} by {b}?",
        "What do you get when you multiply {a} and {b}?",
        "The product of {a} and {b}",
        "Work out {a} * {b}",
        "Take {a} and multiply it by {b}",
        "Start with {a} and multiply by {b}",
        "If {a} is multiplied by {b}, what is the result?",
        "Tell me {a} times {b}",
        "Give the product of {a} and {b}",
        "{a} and {b} multiplied together",
        "What is the result of multiplying {a} and {b}?",
        "How much is {a} groups of {b}?",
    ),
    Op.DIVIDE: (
        "Divide {a} by {b}",
        "{a} divided by {b}",
        "What is {a} divided by {b}?",
        "What is the quotient of {a} and {b}?",
        "Find the quotient of {a} and {b}",
        "Calculate {a} / {b}",
        "{a} / {b} =",
        "{a} over {b}",
        "What is {a} over {b}?",
        "Compute {a} divided by {b}",
        "How many times does {b} go into {a}?",
        "How many times does {b} fit into {a}?",
        "How often does {b} fit into {a}?",
        "Split {a} into {b} equal parts",
        "How much is {a} divided by {b}?",
        "Share {a} equally among {b}",
        "Divide {a} into {b} equal parts",
        "Take {a} and divide it by {b}",
        "Start with {a} and divide by {b}",
        "What do you get if you divide {a} by {b}?",
        "What do you get when you split {a} into {b} equal parts?",
        "Work out {a} / {b}",
        "The quotient of {a} and {b}",
        "If {a} is divided by {b}, what is the result?",
        "Tell me {a} divided by {b}",
        "Give the quotient of {a} and {b}",
        "What is the result of dividing {a} by {b}?",
        "{b} goes into {a} how many times?",
        "Into {b} equal parts, divide {a}",
    ),
}

HELD_OUT: dict[Op, tuple[str, ...]] = {
    Op.ADD: (
        "Add together {a} and {b}",
        "How much do you get when {a} is added to {b}?",
        "Tell me the sum of {a} and {b}",
        "What is the total of {a} and {b}?",
        "Give the result of {a} plus {b}",
        "If you increase {a} by {b}, what do you get?",
    ),
    Op.SUBTRACT: (
        "From {a} take away {b}",
        "Tell me the difference between {a} and {b}",
        "What is left when {b} is taken away from {a}?",
        "How much do you get when {b} is subtracted from {a}?",
        "Give the result of {a} minus {b}",
        "If you decrease {a} by {b}, what do you get?",
        "If you remove {b} from {a}, how much is left?",
    ),
    Op.MULTIPLY: (
        "Multiply together {a} and {b}",
        "How much do you get when {a} is multiplied by {b}?",
        "Tell me the product of {a} and {b}",
        "Give the result of {a} times {b}",
        "If you multiply {a} by {b}, what do you get?",
    ),
    Op.DIVIDE: (
        "How often does {b} go into {a}?",
        "How much do you get when {a} is divided by {b}?",
        "Tell me the quotient of {a} and {b}",
        "Give the result of {a} divided by {b}",
        "If you divide {a} by {b}, what do you get?",
        "What is {a} split into {b} equal parts?",
    ),
}

_NEITHER: dict[Op, tuple[str, ...]] = {
    Op.ADD: (),
    Op.SUBTRACT: (),
    Op.MULTIPLY: ("Find {a} times {b}",),
    Op.DIVIDE: ("Find {a} divided by {b}",),
}
"""In no split: too near to "Can you find ..." for a test, and kept out of the training text all the same."""

_COMMANDS: dict[Op, tuple[str, ...]] = {
    Op.ADD: (
        "add {a} and {b}",
        "add {a} to {b}",
        "add {a} and {b} together",
        "put {a} and {b} together",
        "increase {a} by {b}",
    ),
    Op.SUBTRACT: (
        "subtract {b} from {a}",
        "take {b} away from {a}",
        "take {b} from {a}",
        "remove {b} from {a}",
        "decrease {a} by {b}",
    ),
    Op.MULTIPLY: (
        "multiply {a} by {b}",
        "multiply {a} and {b}",
        "multiply {a} and {b} together",
        "multiply {a} times {b}",
    ),
    Op.DIVIDE: (
        "divide {a} by {b}",
        "split {a} into {b} equal parts",
        "share {a} equally among {b}",
        "divide {b} into {a}",
    ),
}
_COMMAND_FRAMES = (
    "What do you get if you {}?",
    "What do you get when you {}?",
    "If you {}, what is the result?",
    "If you {}, how much is it?",
    "When you {}, what do you get?",
    "What is the result if you {}?",
    "How much do you get when you {}?",
    "Can you {}?",
    "I want to {}",
    "Suppose you {}. What is the answer?",
)
_EVENTS: dict[Op, tuple[str, ...]] = {
    Op.ADD: ("{a} is added to {b}", "{a} is increased by {b}", "{a} and {b} are added together"),
    Op.SUBTRACT: (
        "{b} is subtracted from {a}",
        "{b} is taken away from {a}",
        "{b} is taken from {a}",
        "{b} is removed from {a}",
        "{a} is decreased by {b}",
    ),
    Op.MULTIPLY: ("{a} is multiplied by {b}", "{a} and {b} are multiplied together"),
    Op.DIVIDE: ("{a} is divided by {b}", "{a} is split into {b} equal parts", "{a} is shared equally among {b}"),
}
_EVENT_FRAMES = (
    "If {}, what is the result?",
    "If {}, what do you get?",
    "What is the result when {}?",
    "What do you get when {}?",
    "What is the answer if {}?",
    "When {}, how much is it?",
)
_NOUNS: dict[Op, tuple[str, ...]] = {
    Op.ADD: ("the sum of {a} and {b}", "the total of {a} and {b}", "{a} plus {b}", "the result of adding {a} and {b}"),
    Op.SUBTRACT: (
        "the difference between {a} and {b}",
        "the difference of {a} and {b}",
        "{a} minus {b}",
        "{b} subtracted from {a}",
        "{b} less than {a}",
        "the result of subtracting {b} from {a}",
    ),
    Op.MULTIPLY: (
        "the product of {a} and {b}",
        "{a} times {b}",
        "{a} multiplied by {b}",
        "the result of multiplying {a} by {b}",
    ),
    Op.DIVIDE: (
        "the quotient of {a} and {b}",
        "{a} divided by {b}",
        "{a} over {b}",
        "the result of dividing {a} by {b}",
    ),
}
_NOUN_FRAMES = (
    "What is {}?",
    "Find {}",
    "Calculate {}",
    "Compute {}",
    "Work out {}",
    "Give {}",
    "Tell me {}",
    "Give me {}",
    "Can you find {}?",
    "I want to know {}",
    "What would {} be?",
    "How much is {}?",
)


def _compose(op: Op) -> tuple[str, ...]:
    """Every training phrase of an operation, without repetition and without any held-out phrase."""
    products = [
        frame.format(core)
        for frames, cores in ((_COMMAND_FRAMES, _COMMANDS), (_EVENT_FRAMES, _EVENTS), (_NOUN_FRAMES, _NOUNS))
        for frame in frames
        for core in cores[op]
    ]
    kept_away = {phrase.lower() for phrase in (*HELD_OUT[op], *_NEITHER[op])}
    return tuple(dict.fromkeys(p for p in (*_WHOLE[op], *products) if p.lower() not in kept_away))


TRAIN: dict[Op, tuple[str, ...]] = {op: _compose(op) for op in Op}

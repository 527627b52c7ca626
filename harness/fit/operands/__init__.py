"""The ways to read an operand from a pooled state: a number, a bin, digits, or a pointer into the prompt (seed 000)."""

from __future__ import annotations

from glassbox.harness.fit.config import HeadKind
from glassbox.harness.fit.operands.base import OperandReader
from glassbox.harness.fit.operands.binned import Binned
from glassbox.harness.fit.operands.digits import Digits
from glassbox.harness.fit.operands.pointer import Pointer
from glassbox.harness.fit.operands.regression import Regression

READERS: dict[HeadKind, type[OperandReader]] = {
    "regression": Regression,
    "binned": Binned,
    "digits": Digits,
    "pointer": Pointer,
}

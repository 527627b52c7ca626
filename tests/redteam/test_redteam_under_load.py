"""A verdict does not depend on how busy the machine is: the same attacks, three times, beside two spinners a core.

The long form, 20 repeats of every attack, is `python -m tests.bench.redteam_under_load`.
"""

from __future__ import annotations

import pytest

from glassbox.harness.sandbox.case import Verdict
from glassbox.harness.sandbox.judge import Judge
from tests.redteam.attack import HONEST
from tests.redteam.busy import busy_cores
from tests.redteam.roster import ATTACKS, LIMITS

REPEATS = 3
CHOSEN = (
    "infinite_loop",
    "one_long_sleep",
    "unbounded_output",
    "memory_bit_by_bit",
    "recursion_with_the_limit_raised",
    "catastrophic_pattern",
    "always_equal",
    "hard_exit_in_the_call",
    "emptied_behind_a_copy",
    "shared_references",
)


def _outcomes(verdict: Verdict) -> list[str]:
    return [str(verdict.outcome), *(str(case.outcome) for case in verdict.cases)]


@pytest.mark.slow
def test_verdicts_are_the_same_on_repeats_while_every_core_is_busy() -> None:
    judge = Judge(LIMITS)
    attacks = [attack for attack in ATTACKS if attack.name in CHOSEN]
    assert len(attacks) == len(CHOSEN)
    alone = {attack.name: _outcomes(judge.judge(attack.code, attack.entry_point, attack.cases)) for attack in attacks}
    with busy_cores():
        for _ in range(REPEATS):
            for attack in attacks:
                verdict = judge.judge(attack.code, attack.entry_point, attack.cases)
                assert attack.ends_as_it_must(verdict.outcome)
                assert _outcomes(verdict) == alone[attack.name]
            for task in HONEST:
                assert judge.judge(task.honest, task.entry_point, task.cases).passed

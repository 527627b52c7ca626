"""How low did the losses go, each over its own baseline, and do question and answer pull against each other?

The ratios are per target and never mixed: a mean of two baselines under a sum of two losses is off by two.
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.dcm.criteria import balance, loss_ratio
from glassbox.harness.dcm.signals import vanished
from glassbox.harness.records.prompted import TARGETS, Prompted, TargetRecord
from glassbox.scorers.dcm_metrics import balance_level, correlation, mean_interval, ratio_level
from glassbox.scorers.dcm_record import for_each, of_record
from glassbox.scorers.metrics import NAN, proportion


@scorer(
    metrics={
        **{f"loss_ratio_{target}": [mean_interval(), ratio_level()] for target in TARGETS},
        "worst_context_ratio": [
            mean_interval(),
            balance_level(),
            correlation("loss_question", "loss_answer"),
        ],
        "zero_loss": [proportion(of="rate")],
    }
)
def losses() -> Scorer:
    """Score ratios to random embeddings and to the full context, and whether a loss is zero.

    The losses themselves and every baseline, in nats a token, are kept with the sample.
    """

    @of_record
    async def score(record: Prompted, state: TaskState) -> Score:
        worst = balance(record)
        value = {
            **for_each(record, "loss_ratio", loss_ratio),
            **for_each(record, "context_ratio", context_ratio),
            "worst_context_ratio": NAN if worst is None else worst,
            "zero_loss": int(any(map(vanished, record.targets.values()))),
            **for_each(record, "loss", lambda held: held.loss),
            **for_each(record, "loss_random", lambda held: held.loss_random),
            **for_each(record, "loss_context", lambda held: held.loss_context),
            **for_each(record, "loss_single", lambda held: held.loss_single),
            **for_each(record, "loss_mode_only", lambda held: held.loss_mode_only),
        }
        known = {f"loss_{name}": held.loss for name, held in record.targets.items()}
        return Score(value=value, metadata=known)

    return score


def context_ratio(held: TargetRecord) -> float | None:
    """The loss over that of the real text as the prompt."""
    return held.loss / held.loss_context if held.loss_context else None

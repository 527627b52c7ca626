"""Is the answer the right word? The headline of this package's board."""

from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from glassbox.scorers.metrics import proportion


@scorer(metrics=[proportion()])
def picked() -> Scorer:
    """Score 1 where the answer is the target and nothing else."""

    async def score(state: TaskState, target: Target) -> Score:
        answer = state.output.completion.strip()
        return Score(value=float(answer == target.text), answer=answer)

    return score

"""Results of a direct run: inspect's own metrics over scores of one epoch, without what several epochs would need.

With one epoch the reduced score of a sample is its only score. Inspect computes it as a mean of one and copies every
score deeply for every key of a metric; at thousands of samples that is most of a cheap run's time.
"""

from __future__ import annotations

from collections.abc import Sequence

# Inspect offers no public call for results; a test holds them against inspect's own run.
from inspect_ai._eval.task.results import eval_results  # inspect-evals-lint: ignore[IECQ001] -- see above
from inspect_ai.log import EvalResults, EvalSample, EvalSampleReductions, EvalSampleScore
from inspect_ai.scorer import Scorer

from glassbox.harness.records.recomputed import OnlyScore


def results_of(
    samples: Sequence[EvalSample], scorers: Sequence[Scorer]
) -> tuple[EvalResults, list[EvalSampleReductions]]:
    """Header and reductions of samples that were each scored once."""
    scores = [
        {name: OnlyScore(score=score, sample_id=sample.id) for name, score in (sample.scores or {}).items()}
        for sample in samples
    ]
    results, _ = eval_results(len(samples), scores, [], list(scorers), None)  # type: ignore[arg-type]
    names = {score.scorer: None for score in results.scores}  # in order, each once: a scorer has a score for each key
    return results, [EvalSampleReductions(scorer=name, samples=_kept(samples, name)) for name in names]


def _kept(samples: Sequence[EvalSample], scorer: str) -> list[EvalSampleScore]:
    """The scorer's scores, one a sample; they are valid already and are not validated again."""
    return [
        EvalSampleScore.model_construct(**sample.scores[scorer].__dict__, sample_id=sample.id)
        for sample in samples
        if sample.scores and scorer in sample.scores
    ]

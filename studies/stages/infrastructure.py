"""Stage 0: is everything there that the experiment stands on? What would void it is found before an hour is spent.

The loss is audited and the stop token checked by the search itself; here they are told, and a first run of two pairs
must lower its losses.
"""

from __future__ import annotations

from glassbox.harness.dcm.run import Run
from glassbox.harness.dcm.settings import Settings
from glassbox.harness.dcm.starts import NoModeTokens, mode_tokens
from glassbox.harness.lm.opened import open_from
from glassbox.studies.stages.experiment import Experiment
from glassbox.studies.stages.gate import Gate, Stage

TITLE = "infrastructure: the loss is aligned, the stop can be emitted, losses fall"
PAIRS = 2


def infrastructure(experiment: Experiment) -> Stage:
    """Check the model and the loss, and search two pairs.

    Raises:
      MisalignedLoss: The loss teaches the wrong tokens.
      OpenModelError: The model can emit no stop token.
    """
    facts = checked(experiment)
    found = experiment.run("0 infrastructure", {"restarts": 1, "halt": False}, limit=PAIRS)
    falls = [
        bool(target.losses) and min(loss for _, loss in target.losses) < target.losses[0][1]
        for record in found.records
        for target in record.targets.values()
    ]
    return Stage.judged(0, TITLE, [Gate.of("losses that fall", falls, threshold=1.0)], [found.log], facts)


def checked(experiment: Experiment) -> dict[str, str]:
    """What the model gives the search, as text by name."""
    model = open_from(experiment.model)
    run = Run(model, Settings())
    words = model.tokenizer.convert_ids_to_tokens
    try:
        modes = " and ".join(repr(words(token)) for token in mode_tokens(run.frozen))
    except NoModeTokens as error:
        modes = f"none: {error}"
    return {
        "model": f"{model.name} ({model.hash})",
        "loss": run.alignment.verdict,
        "stop token": f"{run.stop} {words(run.stop)!r}",
        "mode tokens": modes,
        "in flight": f"{run.room.slots} starts, {run.room.positions} positions a forward",
    }

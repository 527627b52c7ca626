"""Search one set of vectors per pair that makes the frozen model write question and answer, each to its stop token.

inspect eval tasks/soft_prompt.py@dcm_squad --solver dcm
inspect eval tasks/soft_prompt.py@dcm_squad --solver dcm -S k=8 -S restarts=3 -S mode=learned --model open/arith

Samples of one run share one search: a pair that is met, or hopeless, leaves, and the next sample's enters (seed 001).
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from inspect_ai.model import get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.cli.arguments import checked
from glassbox.harness.data.pair import pair_of
from glassbox.harness.dcm.errors import TooLong
from glassbox.harness.dcm.settings import PRESETS, ModeKind, Preset, Schedule, Settings, Start, Weighting
from glassbox.harness.dcm.variants import read_variants
from glassbox.harness.lm.opened import open_from
from glassbox.harness.plugins.card import PAIR, solver_card
from glassbox.harness.records.prompted import LEFT_OUT_KEY
from glassbox.solvers.soft_prompts.paraphrases import Deploy, source_of

if TYPE_CHECKING:
    import torch

    from glassbox.harness.dcm.run import Run
    from glassbox.harness.lm.model import OpenModel
    from glassbox.solvers.soft_prompts.searches import Searches, Texts

_LOG = logging.getLogger(__name__)

STORE = "dcm"
"""Folder of the artefact store that finished pairs are kept in."""


@solver
@solver_card((PAIR,), model="open")
@checked
def dcm(
    k: int = 32,
    restarts: int = 5,
    steps: int | None = None,
    preset: Preset = "fast",
    lr: float | None = None,
    schedule: Schedule = "constant",
    start: Start = "normal",
    warm: str | None = None,
    mode: ModeKind = "fixed",
    targets: Literal["both", "question", "answer"] = "both",
    weighting: Weighting | None = None,
    grow: int = 0,
    patience: int = 300,
    variants: str | None = None,
    deploy: Deploy = "rule",
    halt: bool = False,
    stop: int | None = None,
    slots: int | None = None,
    abreast: int = 1,
    baselines: bool = True,
    keep: bool = True,
    seed: int = 0,
) -> Solver:
    """Search content vectors for each pair, and leave a `Prompted` record.

    Args:
      k: Content vectors.
      restarts: Most starts of a pair; they end when one decodes exactly.
      steps: Most steps of one restart; the preset's own when None.
      preset: Optimiser: `fast`, the seed's (Adam 1e-3) or Kuratov's (AdamW 1e-2).
      lr: Learning rate in place of the preset's.
      schedule: Of the learning rate over a restart.
      start: Where vectors begin; see `glassbox.harness.dcm.settings.Settings`.
      warm: Address of a kept pair to start all pairs from; goes with start=warm.
      mode: Mode vectors: a fixed token each, learned, or none.
      targets: Which texts the vectors must give; one alone is the seed's single-target diagnostic.
      weighting: Whether each token or each target counts the same; as the seed has it with its preset, else by token.
      grow: Tokens by which the targets' prefixes grow once met; 0 takes them whole.
      patience: Steps without a lower loss after which a restart is given up.
      variants: JSON file of paraphrases, by pair id and target; without one, the model role `paraphraser` writes them.
      deploy: Paraphrases' losses are added by the seed's rule (a pair is not met, and under 30 % are or its two losses
        fight), or always.
      halt: Whether an early-stop signal (see `glassbox.harness.dcm.signals`) ends the run; else it is only told.
      stop: The stop token; found and checked when None.
      slots: Starts in flight; found from the memory when None.
      abreast: Restarts of one pair in flight together.
      baselines: Whether baselines and controls are measured.
      keep: Whether finished pairs are kept, and found again by a later run.
      seed: Seed of all starts.
    """
    chosen = PRESETS[preset]
    optimiser = chosen.model_copy(update={"lr": lr or chosen.lr, "steps": steps or chosen.steps})
    settings = Settings(
        k=k,
        restarts=restarts,
        optimiser=optimiser.model_validate(optimiser.model_dump()),
        schedule=schedule,
        start=start,
        mode=mode,
        targets=("question", "answer") if targets == "both" else (targets,),
        weighting=weighting or ("target" if preset == "seed" else "token"),
        grow=grow,
        patience=patience,
        seed=seed,
    )
    if (warm is None) == (start == "warm"):
        raise ValueError(
            f"start={start} and warm={warm} do not go together; give start=warm with an artefact's address"
        )
    from glassbox.harness.fit.artefacts import ArtefactStore, default_store

    # Resolved now: inspect changes the working directory while it loads a task.
    paraphrases = read_variants(Path(variants).resolve()) if variants else None
    folder = default_store() / STORE

    def make(model: OpenModel, texts: Texts) -> Run:
        from glassbox.harness.dcm.memory import room_for
        from glassbox.harness.dcm.run import Run

        run = Run(
            model,
            settings,
            store=ArtefactStore(folder) if keep else None,
            stop=stop,
            abreast=abreast,
            baselines=baselines,
            variants=texts,
            warm={"*": _warm(warm, folder, model)} if warm else None,
        )
        run.room = room_for(run.frozen, k, slots)
        return run

    started: dict[int, Searches] = {}
    left_out: set[str] = set()
    lock = threading.Lock()

    def searches(model: OpenModel) -> Searches:
        from glassbox.solvers.soft_prompts.searches import Searches

        with lock:
            if id(model) not in started:
                started[id(model)] = Searches(lambda texts: make(model, texts), deploy=deploy, halt=halt)
            return started[id(model)]

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        model = open_from(get_model())
        pair = pair_of(state)
        try:
            record = await searches(model).record(pair, source_of(paraphrases))
        except TooLong as error:
            left_out.add(str(state.sample_id))
            _LOG.warning("left out pair %s (%d so far): %s", pair.name, len(left_out), error)
            state.store.set(LEFT_OUT_KEY, str(error))
            return state
        record.keep(state)
        last = record.targets.get("answer") or record.targets["question"]
        state.output.completion = last.decoded
        return state

    return solve


def _warm(name: str, folder: Path, model: OpenModel) -> torch.Tensor:
    """Vectors of a kept pair, if they belong to this model."""
    from glassbox.harness.dcm.store import vectors_of

    vectors, owner = vectors_of(name, folder)
    if owner != model.hash:
        raise ValueError(f"soft prompt {name} belongs to another model than {model.name}; name one found on this model")
    return vectors

"""Make a reference model: tokenizer, training, weights, measurement, card; nothing appears in its folder until all is.

Killed while training, the next run goes on from the last checkpoint; killed while measuring, it measures again.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path

import torch
from transformers import GenerationConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.utils.logging import disable_progress_bar

from glassbox.baselines.models import sessions
from glassbox.baselines.models.card import CARD, WEIGHTS, Card, sha256, write_card
from glassbox.baselines.models.recipes import Entry, entry
from glassbox.baselines.models.recipes.training import Plan, new_model, train
from glassbox.harness.lm.load import open_model
from glassbox.harness.lm.model import OpenModel

LARGEST_BYTES = 16 * 2**20
"""What a shipped weights file may weigh, so that git carries it."""

VERSIONED = ("torch", "transformers", "tokenizers")
_BYTES_PER_WEIGHT = 2  # bfloat16


@dataclass(frozen=True)
class Order:
    """What to make and where.

    Attributes:
      name: The recipe.
      out: Folder of the finished model; replaced whole.
      checkpoints: Folder of the training's checkpoints; kept.
      steps: Length of training, or None for the recipe's.
      seed: Seed, or None for the recipe's.
      tokenizer: Folder of a tokenizer to use instead of learning it, for checkpoints that were begun elsewhere.
      hardware: What the training ran on, for the card, where this machine is not it.
      n: Problems measured on each split.
    """

    name: str
    out: Path
    checkpoints: Path
    steps: int | None = None
    seed: int | None = None
    tokenizer: Path | None = None
    hardware: str | None = None
    n: int = 1000


def build(order: Order) -> Card:
    """Train, or finish from complete checkpoints, and put the measured model into its folder.

    Raises:
      ValueError: The model would be too large to ship, the folder holds something else, or the checkpoints belong to
        another plan or corpus.
    """
    what = entry(order.name)
    recipe = what.recipe()
    plan = _plan(recipe.PLAN, order)
    check_replaceable(order.out)
    tokenizer = _tokenizer(what, plan, order)
    check_size(parameters(plan, tokenizer), order.name)
    corpus_sha256 = sessions.fingerprint(recipe.documents, plan.seed)
    sessions.begin(order.checkpoints, plan, corpus_sha256, order.hardware or sessions.describe_hardware())
    model = train(recipe.documents, tokenizer, plan, order.checkpoints)
    sessions.end(order.checkpoints)
    staging = order.out.parent / ".staging" / order.out.name
    save_weights(staging, model, tokenizer)
    card = _measured_card(staging, what, plan, order, corpus_sha256)
    write_card(staging, card, what.about())
    publish(staging, order.out)
    return card


def check_size(count: int, name: str) -> None:
    """Refuse a model whose weights could not be shipped.

    Raises:
      ValueError: It is larger than `LARGEST_BYTES`.
    """
    size = count * _BYTES_PER_WEIGHT
    if size > LARGEST_BYTES:
        raise ValueError(
            f"{name} would weigh {size / 2**20:.1f} MiB ({count:,} parameters in bfloat16); a shipped model weighs at "
            f"most {LARGEST_BYTES // 2**20} MiB: fewer blocks or a smaller hidden size"
        )


def parameters(plan: Plan, tokenizer: PreTrainedTokenizerFast) -> int:
    """How many weights the plan has, tied ones once; nothing is allocated."""
    with torch.device("meta"):
        model = new_model(plan, tokenizer)
    return sum(weight.numel() for weight in model.parameters())


def save_weights(folder: Path, model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast) -> None:
    """Weights in bfloat16, configuration and tokenizer, as `from_pretrained` reads them; the folder is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    model.to(device="cpu", dtype=torch.bfloat16)  # type: ignore[call-arg]
    model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        do_sample=False,
    )
    disable_progress_bar()  # type: ignore[no-untyped-call]
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    weights = folder / WEIGHTS
    weights.chmod(0o644)  # safetensors makes files that nobody else can read
    size = weights.stat().st_size
    if size > LARGEST_BYTES:
        raise ValueError(f"{weights} is {size:,} bytes, more than the {LARGEST_BYTES:,} that can be shipped")


def _plan(plan: Plan, order: Order) -> Plan:
    steps = plan.steps if order.steps is None else order.steps
    if steps < 1:
        raise ValueError(f"steps is {steps}; train for at least one")
    return replace(plan, steps=steps, seed=plan.seed if order.seed is None else order.seed)


def _tokenizer(what: Entry, plan: Plan, order: Order) -> PreTrainedTokenizerFast:
    """The tokenizer these checkpoints were begun with; learned from the corpus where none was kept."""
    kept = order.checkpoints / "tokenizer"
    source = order.tokenizer or kept
    if not (source / "tokenizer.json").is_file():
        if order.tokenizer:
            raise ValueError(f"{order.tokenizer} has no tokenizer.json; give the folder that `save_pretrained` wrote")
        what.recipe().tokenizer(plan).save_pretrained(kept)
    # Read back even when just written: reading leaves its marks, and the model's address must not depend on them.
    found: PreTrainedTokenizerFast = PreTrainedTokenizerFast.from_pretrained(source)
    return found


def _measured_card(folder: Path, what: Entry, plan: Plan, order: Order, corpus_sha256: str) -> Card:
    model = open_to_measure(folder)
    weights = folder / WEIGHTS
    return Card(
        name=order.name,
        parameters=sum(weight.numel() for weight in model.model.parameters()),
        weights_bytes=weights.stat().st_size,
        weights_sha256=sha256(weights),
        address=model.hash,
        plan={key: value for key, value in asdict(plan).items() if key != "seed"},
        seed=plan.seed,
        corpus=what.recipe().documents.__module__,
        corpus_sha256=corpus_sha256,
        documents_seen=plan.steps * plan.batch,
        training=sessions.summary(order.checkpoints, plan, order.hardware),
        versions={name: metadata.version(name) for name in VERSIONED},
        metrics=tuple(what.quality_module().measure(model, order.n)),
    )


def open_to_measure(folder: Path) -> OpenModel:
    """The model as every measurement in a card was made: on the CPU in float32, whatever the machine has."""
    return open_model(str(folder), device="cpu", dtype="float32")


def check_replaceable(out: Path) -> None:
    """Refuse a folder that is no model of ours, for it will be replaced whole; restore one that a kill left aside.

    Raises:
      ValueError: There is a file in its place, or a folder with other things.
    """
    if not out.exists() and (out.parent / ".staging" / f"{out.name}.old").exists():
        os.replace(out.parent / ".staging" / f"{out.name}.old", out)
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file; --out names a folder")
    if out.is_dir() and any(out.iterdir()) and not any((out / name).is_file() for name in (CARD, WEIGHTS)):
        raise ValueError(f"{out} holds other files and no {WEIGHTS}; --out names a new folder or a model to replace")


def publish(staging: Path, out: Path) -> None:
    """Put the finished folder in its place; a kill in between is undone by the next run."""
    old = staging.with_name(f"{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        os.replace(out, old)
    os.replace(staging, out)
    shutil.rmtree(old, ignore_errors=True)
    if not any(staging.parent.iterdir()):
        staging.parent.rmdir()

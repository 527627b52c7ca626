"""The training loop of the reference models: next-token loss, checkpoints, resume, progress.

Killed at any moment it goes on from the last checkpoint and ends with the same weights as an unbroken run on the
same machine: data, order and learning rate are functions of the seed and the step alone.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from glassbox.baselines.models.recipes.arith_corpus import Document
from glassbox.harness.cli.progress import progress

IGNORED = -100


@dataclass(frozen=True)
class Plan:
    """Everything that decides the result, together with the corpus: kept in the model's card."""

    hidden: int = 256
    blocks: int = 8
    heads: int = 8
    inner: int = 688
    vocab_size: int = 1024
    context: int = 512
    steps: int = 3600
    batch: int = 64
    peak_rate: float = 1.5e-3
    warmup: int = 200
    prompt_weight: float = 0.1
    seed: int = 0


class Corpus(Protocol):
    """A corpus is a function from a seed to an endless stream of documents."""

    def __call__(self, seed: int) -> Iterator[Document]:
        """The documents of `seed`, always the same ones."""


def rate_at(step: int, plan: Plan) -> float:
    """Learning rate at a step: linear warm-up, then cosine to a fiftieth of the peak."""
    if step < plan.warmup:
        return plan.peak_rate * (step + 1) / plan.warmup
    done = (step - plan.warmup) / max(1, plan.steps - plan.warmup)
    return plan.peak_rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))


def new_model(plan: Plan, tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """A fresh Llama of the plan's size with tied embeddings."""
    torch.manual_seed(plan.seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=plan.hidden,
        intermediate_size=plan.inner,
        num_hidden_layers=plan.blocks,
        num_attention_heads=plan.heads,
        num_key_value_heads=plan.heads,
        max_position_embeddings=plan.context,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = LlamaForCausalLM(config)
    # Texts are short: on a CPU the fused kernel's backward pass costs half of a step, the plain one a twentieth.
    model.set_attn_implementation("eager")
    return model


def collate(
    documents: list[Document], tokenizer: PreTrainedTokenizerFast, prompt_weight: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Right-padded ids and loss weights, both [batch, position]; the stop token is part of every target."""
    core = tokenizer.backend_tokenizer
    prompts = [e.ids for e in core.encode_batch([d.prompt for d in documents])]
    rests = [e.ids for e in core.encode_batch([d.completion for d in documents], add_special_tokens=False)]
    eos, pad = int(tokenizer.eos_token_id), int(tokenizer.pad_token_id)
    longest = max(len(p) + len(r) + 1 for p, r in zip(prompts, rests, strict=True))
    ids = torch.full((len(documents), longest), pad)
    weights = torch.zeros((len(documents), longest))
    for row, (prompt, rest) in enumerate(zip(prompts, rests, strict=True)):
        text = [*prompt, *rest, eos]
        ids[row, : len(text)] = torch.tensor(text)
        weights[row, : len(prompt)] = prompt_weight
        weights[row, len(prompt) : len(text)] = 1.0
    return ids, weights


def batches(corpus: Corpus, plan: Plan, start: int) -> Iterator[list[Document]]:
    """One batch a step; eight steps' documents are sorted by length together so that little is padded."""
    for block in range(start // 8, 1 << 30):
        source = corpus(plan.seed * 1_000_003 + block)
        drawn = sorted((next(source) for _ in range(8 * plan.batch)), key=lambda d: len(d.prompt) + len(d.completion))
        for part in range(8):
            # A stride keeps long and short batches alternating instead of one long tail at the end of each block.
            place = (part * 3) % 8
            if block * 8 + part >= start:
                yield drawn[place * plan.batch : (place + 1) * plan.batch]


def weighted_loss(model: LlamaForCausalLM, ids: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of position i's logits against token i + 1, weighted by that token's weight."""
    logits = model(input_ids=ids, use_cache=False).logits[:, :-1].float()
    losses = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    weight = weights[:, 1:].flatten()
    return (losses * weight).sum() / weight.sum()


def save_checkpoint(folder: Path, step: int, model: LlamaForCausalLM, optimiser: torch.optim.AdamW, plan: Plan) -> None:
    """Weights and optimiser moments as safetensors, written beside and renamed, the step last of all."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"model.{k}": v.contiguous() for k, v in model.state_dict().items() if k != "lm_head.weight"}
    for index, moments in optimiser.state_dict()["state"].items():
        tensors |= {f"moment.{index}.{k}": v.contiguous() for k, v in moments.items()}
    target = folder / f"step-{step:06d}.safetensors"
    save_file(tensors, str(target.with_suffix(".tmp")))
    os.replace(target.with_suffix(".tmp"), target)
    (folder / "plan.tmp").write_text(json.dumps({"step": step, "plan": asdict(plan)}, indent=1))
    os.replace(folder / "plan.tmp", folder / "progress.json")
    for old in sorted(folder.glob("step-*.safetensors"))[:-2]:
        old.unlink()


def load_checkpoint(folder: Path, model: LlamaForCausalLM, optimiser: torch.optim.AdamW, plan: Plan) -> int:
    """The step to go on from: 0 for a fresh start.

    Raises:
      ValueError: The checkpoint was made under another plan.
    """
    progress = folder / "progress.json"
    if not progress.exists():
        return 0
    record = json.loads(progress.read_text())
    if record["plan"] != asdict(plan):
        raise ValueError(f"{progress} belongs to another plan; remove the folder or train with the same settings")
    step = int(record["step"])
    tensors = load_file(str(folder / f"step-{step:06d}.safetensors"))
    weights = {k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")}
    model.load_state_dict(weights, strict=False)
    model.tie_weights()
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        if name.startswith("moment."):
            _, index, key = name.split(".")
            state.setdefault(int(index), {})[key] = tensor
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
    return step


def train(
    corpus: Corpus, tokenizer: PreTrainedTokenizerFast, plan: Plan, checkpoints: Path, every: int = 250
) -> LlamaForCausalLM:
    """Train to the plan's end, resuming where a checkpoint stands; bf16 arithmetic, float32 weights."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = new_model(plan, tokenizer)
    model.to(torch.device(device))  # type: ignore[arg-type]
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=plan.peak_rate, betas=(0.9, 0.98), weight_decay=0.05, fused=True
    )
    start = load_checkpoint(checkpoints, model, optimiser, plan)
    model.train()
    with progress() as tick:
        source = batches(corpus, plan, start)
        smooth = 0.0
        for step in range(start, plan.steps):
            for group in optimiser.param_groups:
                group["lr"] = rate_at(step, plan)
            ids, weights = (t.to(device) for t in collate(next(source), tokenizer, plan.prompt_weight))
            with torch.autocast(device, dtype=torch.bfloat16):
                loss = weighted_loss(model, ids, weights)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            smooth = loss.item() if step == start else 0.98 * smooth + 0.02 * loss.item()
            tick("training", step + 1, plan.steps)
            if (step + 1) % every == 0 or step + 1 == plan.steps:
                save_checkpoint(checkpoints, step + 1, model, optimiser, plan)
                print(f"step {step + 1} of {plan.steps}: loss {smooth:.4f}", flush=True)
    model.eval()  # type: ignore[no-untyped-call]
    return model

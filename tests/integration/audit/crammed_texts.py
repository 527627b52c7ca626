"""Soft prompts and weights that are trained with labels shifted once, twice or not at all, as origins have done it.

The model shifts inside. Labels that begin one position before the text are therefore shifted twice, and labels that
begin one position after it are not shifted at all. What is decoded afterwards is the model's own greedy decoding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from inspect_ai.model import ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.lm.model import OpenModel
from glassbox.harness.records.prompted import Prompted, TargetRecord

Shift = Literal["once", "twice", "never"]
BEGIN: dict[Shift, int] = {"once": 0, "twice": -1, "never": 1}
K, STEPS, RATE = 8, 70, 0.15


@dataclass(frozen=True)
class Crammed:
    """What greedy decoding writes from the found vectors, what the loss was, and what teacher forcing says.

    `forced` is the accuracy on the text itself, `own` that on the labels as they were shifted for the loss.
    """

    ids: tuple[int, ...]
    written: tuple[int, ...]
    decoded: str
    loss: float
    forced: float
    own: float


def cram(model: OpenModel, texts: Sequence[str], shift: Shift) -> dict[str, Crammed]:
    """Search K vectors for each text by gradient, with labels placed as `shift` has it."""
    rows = [tuple(model.codec.ids(text, special=False)) for text in texts]
    width = max(map(len, rows))
    tokens = torch.tensor([[*row, *[0] * (width - len(row))] for row in rows])
    embedded = model.embed(tokens).detach()
    labels = torch.full((len(rows), K + width + 1), -100)
    for at, row in enumerate(rows):
        begin = K + BEGIN[shift]
        labels[at, begin : begin + len(row)] = torch.tensor(row)
    labels = labels[:, : K + width]
    vectors = torch.randn(len(rows), K, model.hidden_size, generator=torch.Generator().manual_seed(0)).requires_grad_()
    optimiser = torch.optim.Adam([vectors], lr=RATE)
    with torch.enable_grad():
        for _ in range(STEPS):
            optimiser.zero_grad()
            logits = model.model(inputs_embeds=torch.cat([vectors, embedded], 1)).logits
            losses = torch.nn.functional.cross_entropy(
                logits[:, :-1].transpose(1, 2), labels[:, 1:], ignore_index=-100, reduction="none"
            )
            losses.sum().backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    found = {}
    for at, (text, row) in enumerate(zip(texts, rows, strict=True)):
        start = vectors[at : at + 1].detach()
        written = greedy(model, start, len(row))
        forced = (logits[at, K - 1 : K - 1 + len(row)].argmax(-1) == tokens[at, : len(row)]).float().mean()
        counted = labels[at, 1:] != -100
        loss = float(losses[at].sum().detach() / counted.sum())
        own = (logits[at, :-1].argmax(-1) == labels[at, 1:])[counted].float().mean()
        found[text] = Crammed(row, written, model.codec.decode(written), loss, float(forced), float(own))
    return found


@torch.no_grad()
def greedy(model: OpenModel, start: torch.Tensor, most: int) -> tuple[int, ...]:
    """The tokens that the model writes after these input embeddings [1, position, hidden]."""
    found: list[int] = []
    row = start
    for _ in range(most):
        found.append(int(model.model(inputs_embeds=row).logits[0, -1].argmax()))
        row = torch.cat([row, model.embed(torch.tensor([[found[-1]]]))], 1)
    return tuple(found)


def tune(model: OpenModel, texts: Sequence[str], shift: Shift, steps: int = 45) -> None:
    """Train the weights themselves on whole texts, with labels placed as `shift` has it."""
    network: Any = model.model
    network.requires_grad_(True)
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    with torch.enable_grad():
        for step in range(steps):
            ids = torch.tensor([model.codec.ids(texts[step % len(texts)])])
            labels = torch.full((1, ids.shape[1] + 2), -100)
            begin = 1 + BEGIN[shift]
            labels[0, begin : begin + ids.shape[1]] = ids[0]
            optimiser.zero_grad()
            network(input_ids=ids, labels=labels[:, 1 : 1 + ids.shape[1]]).loss.backward()
            optimiser.step()


@solver
def crammed(found: Mapping[str, Crammed], record: bool = True, by_loss: bool = False) -> Solver:
    """Give what was decoded for the sample's target, and leave a record of it where `record` is set.

    With `by_loss` the record is an origin's: accuracy on the labels of the loss, converged where the loss is low.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        one = found[state.target.text]
        state.output = ModelOutput.from_content(str(state.model), one.decoded)
        state.store.set("model_calls", STEPS)
        if record:
            honest = prompted(state.target.text, one)
            (prompted_by_loss(honest, one) if by_loss else honest).keep(state)
        return state

    return solve


def prompted(text: str, one: Crammed) -> Prompted:
    """The record that a soft-prompt solver would leave."""
    exact = one.written == one.ids
    same = [a == b for a, b in zip(one.written, one.ids, strict=True)]
    held = TargetRecord(
        target=text,
        decoded=one.decoded,
        exact=exact,
        first_token=same[0],
        token_accuracy=one.forced,
        horizon=same.index(False) if False in same else len(same),
        tokens=len(same),
        loss=one.loss,
    )
    return Prompted(
        targets={"answer": held},
        steps=STEPS,
        restarts=1,
        k=K,
        seconds=0.0,
        model_calls=STEPS,
        artefact=None,
        converged=exact,
    )


def prompted_by_loss(record: Prompted, one: Crammed) -> Prompted:
    """The same record with what the loss's own labels say of it."""
    held = record.targets["answer"].model_copy(update={"token_accuracy": one.own})
    return record.model_copy(update={"targets": {"answer": held}, "converged": one.loss < 0.2})

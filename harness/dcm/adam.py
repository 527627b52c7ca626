"""Adam and AdamW with a state, a step count and a learning rate for each row, so that rows come and go on their own."""

from __future__ import annotations

import torch

from glassbox.harness.dcm.settings import Optimiser

_EPS = 1e-8


class RowAdam:
    """Moments [slot, vector, hidden] for a table of parameters of that shape."""

    def __init__(self, parameters: torch.Tensor, optimiser: Optimiser) -> None:
        self._parameters, self._optimiser = parameters, optimiser
        self._first = torch.zeros_like(parameters)
        self._second = torch.zeros_like(parameters)

    def reset(self, slot: int) -> None:
        """Forget a slot's past; a new start enters it."""
        self._first[slot] = 0
        self._second[slot] = 0

    def moments(self, slot: int) -> tuple[torch.Tensor, torch.Tensor]:
        """What a slot's next step depends on."""
        return self._first[slot].clone(), self._second[slot].clone()

    def restore(self, slot: int, moments: tuple[torch.Tensor, torch.Tensor]) -> None:
        """Put back what `moments` gave."""
        self._first[slot], self._second[slot] = moments[0].to(self._first), moments[1].to(self._second)

    def step(self, grads: torch.Tensor, slots: list[int], steps: list[int], rates: list[float]) -> None:
        """Move the slots' parameters in place.

        Args:
          grads: [slot, vector, hidden], for all slots.
          slots: Which move.
          steps: For each of them, how many steps it has taken before.
          rates: Its learning rate.
        """
        beta1, beta2, decay = self._optimiser.beta1, self._optimiser.beta2, self._optimiser.decay
        device = grads.device
        chosen = torch.tensor(slots, device=device)
        taken = torch.tensor(steps, device=device, dtype=torch.float64) + 1
        rate = torch.tensor(rates, device=device, dtype=torch.float64)
        grad = grads[chosen]
        first = self._first[chosen].lerp_(grad, 1 - beta1)
        second = self._second[chosen].mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        self._first[chosen], self._second[chosen] = first, second
        root = (1 - beta2**taken).sqrt()
        size = _column(rate / (1 - beta1**taken), grad)
        moved = self._parameters[chosen]
        if decay:
            moved = moved * _column(1 - rate * decay, grad)
        self._parameters[chosen] = moved - size * first / (second.sqrt() / _column(root, grad) + _EPS)


def _column(values: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return values.to(like.dtype).view(-1, 1, 1)

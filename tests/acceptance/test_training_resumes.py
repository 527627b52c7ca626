"""A training killed with `kill -9` is taken up and ends with the very weights of an unbroken one.

The last of its processes starts from nothing, so that its hashes have another seed than those of the others.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from glassbox.baselines.models.recipes.arith import WHOLE_WORDS
from glassbox.baselines.models.recipes.arith_corpus import documents
from glassbox.baselines.models.recipes.tokenizer import train_tokenizer
from glassbox.baselines.models.recipes.training import Plan, train
from tests.forks import Forked, forked

ROOT = Path(__file__).resolve().parents[2]
PLAN = Plan(hidden=32, blocks=2, heads=2, inner=64, vocab_size=512, steps=60, batch=8, warmup=5, seed=3)
EVERY = 10

pytestmark = pytest.mark.slow


def tiny_training(checkpoints: Path) -> None:
    torch.set_num_threads(1)
    sample = itertools.islice(documents(99), 300)
    tokenizer = train_tokenizer((d.prompt + d.completion for d in sample), WHOLE_WORDS, PLAN.vocab_size)
    train(documents, tokenizer, PLAN, checkpoints, every=EVERY)


# One thread and no accelerator: sums are then added up in the same order in every run.
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(ROOT)}


def _command(checkpoints: Path) -> tuple[str, ...]:
    program = "import sys; from tests.acceptance.test_training_resumes import *; tiny_training(Path(sys.argv[1]))"
    return ("-c", program, str(checkpoints))


def _step(checkpoints: Path) -> int:
    progress = checkpoints / "progress.json"
    return int(json.loads(progress.read_text())["step"]) if progress.exists() else 0


def _kill_after(process: Forked, checkpoints: Path, step: int) -> int:
    """Kill the process once a checkpoint at `step` or later stands; the step it stands at."""
    deadline = time.monotonic() + 360
    while _step(checkpoints) < step:
        assert process.status is None, "the training ended by itself before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    assert process.ended().returncode == -signal.SIGKILL
    return _step(checkpoints)


def _at(checkpoints: Path, step: int) -> dict[str, torch.Tensor]:
    return load_file(str(checkpoints / f"step-{step:06d}.safetensors"))


def test_killed_twice_and_taken_up_gives_the_same_weights(tmp_path: Path) -> None:
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    tiny_training(unbroken)

    for step in (EVERY, 3 * EVERY):
        training = forked(*_command(broken), cwd=ROOT, variables=ENVIRONMENT)
        assert step <= _kill_after(training, broken, step) < PLAN.steps
    subprocess.run((sys.executable, *_command(broken)), cwd=ROOT, env=ENVIRONMENT, check=True, timeout=900)

    expected, found = _at(unbroken, PLAN.steps), _at(broken, PLAN.steps)
    assert expected.keys() == found.keys()
    assert any(name.startswith("moment.") for name in expected)
    assert [name for name in expected if not torch.equal(expected[name], found[name])] == []

    # The comparison would pass on a training that trains nothing, so every weight must still move at the end.
    before = _at(unbroken, PLAN.steps - EVERY)
    weights = [name for name in expected if name.startswith("model.")]
    assert [name for name in weights if torch.equal(before[name], expected[name])] == []

"""Provenance tells the truth about this process and about the state of the code."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
from pathlib import Path

import pytest
import torch

from glassbox.harness.records.provenance import _revision, provenance


def test_the_facts_are_those_of_this_process() -> None:
    facts = provenance()
    assert facts["version.python"] == platform.python_version()
    assert facts["version.torch"] == torch.__version__.partition("+")[0] or facts["version.torch"] == torch.__version__
    assert facts["torch_threads"] == torch.get_num_threads()
    assert facts["device"] == ("cuda" if torch.cuda.is_available() else "cpu")
    assert isinstance(facts["cpu_cores"], int)
    assert facts["cpu_cores"] >= 1


def test_the_facts_go_through_json_unchanged() -> None:
    facts = provenance(device="cuda:1")
    assert json.loads(json.dumps(facts)) == facts
    assert facts["device"] == "cuda:1"


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_commit_is_that_of_the_repository_and_a_change_makes_it_dirty(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(("git", *identity, *arguments), cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    source = tmp_path / "module.py"
    source.write_text("x = 1\n")
    git("init", "-q")
    assert _revision(source) == (None, None)  # not tracked: an installed copy, or no repository of ours
    git("add", ".")
    git("commit", "-q", "-m", "first")
    assert _revision(source) == (git("rev-parse", "HEAD"), False)
    source.write_text("x = 2\n")
    assert _revision(source) == (git("rev-parse", "HEAD"), True)

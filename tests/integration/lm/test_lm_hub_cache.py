"""A hub name opens from the cache when the hub cannot be reached, at once and not after a minute of retries."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

Shared = Callable[[str], Path]

PROGRAM = """
import sys, time
from glassbox.harness.lm.load import open_model
slept = []
time.sleep = slept.append  # between retries; what is not slept costs no time, and is counted
model = open_model("glass/tiny", device="cpu")
print(model.name, model.hash, model.folder.name)
try:
    open_model("glass/absent", device="cpu")
except ValueError as error:
    print(error)
print(sum(slept))
older = open_model("glass/tiny@v1", device="cpu")
print(older.name, older.folder.name, older is open_model("glass/tiny", revision="v1", device="cpu"), older.hash)
try:
    open_model("glass/tiny", revision="v0", device="cpu")
except ValueError as error:
    print(error)
"""
MAIN, FIRST = (digit * 40 for digit in "07")


def fill_cache(cache: Path, source: Path) -> None:
    """The layout of the hub cache: snapshots of links, and the commits that `main` and `v1` name.

    The older one differs in a word of its configuration, which is another model as far as one can know.
    """
    repository = cache / "models--glass--tiny"
    (repository / "refs").mkdir(parents=True)
    for name, commit in (("main", MAIN), ("v1", FIRST)):
        snapshot = repository / "snapshots" / commit
        snapshot.mkdir(parents=True)
        (repository / "refs" / name).write_text(commit)
        for file in source.iterdir():
            (snapshot / file.name).symlink_to(file)
    (repository / "snapshots" / FIRST / "config.json").unlink()
    older = (source / "config.json").read_text().replace("{", '{"glass": 1,', 1)
    (repository / "snapshots" / FIRST / "config.json").write_text(older)


def test_a_cached_model_opens_offline_and_an_absent_one_is_refused_at_once(
    tmp_path: Path, shared_models: Shared
) -> None:
    source = shared_models("stories260K")
    fill_cache(tmp_path, source)
    # An endpoint where nothing listens: the hub is unreachable, whatever network the test machine has.
    environment = {**os.environ, "HF_HUB_CACHE": str(tmp_path), "HF_ENDPOINT": "http://127.0.0.1:9"}
    environment.pop("HF_HUB_OFFLINE", None)
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, cwd=root, capture_output=True, text=True, timeout=360
    )
    assert done.returncode == 0, done.stderr
    opened, refused, seconds, older, no_revision = done.stdout.splitlines()
    name, digest, folder = opened.split()
    from glassbox.harness.lm.identity import hash_folder

    assert (name, folder) == ("glass/tiny", MAIN)
    assert digest == hash_folder(source)
    assert refused.startswith("glass/absent is no shipped model (")
    assert "nor to be had from the hub: " in refused
    assert float(seconds) < 1
    assert older.split()[:3] == ["glass/tiny@v1", FIRST, "True"]
    assert older.split()[3] != digest
    assert "glass/tiny@v0" in no_revision

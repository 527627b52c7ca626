"""Every private part of a dependency that the project leans on: what breaks without it, and which module to change.

Wasmtime's are tested beside the sandbox. A new version of a dependency may move any of these; the bounds in
pyproject.toml keep it out until this file passes with it.
"""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("harness", "tasks", "solvers", "scorers", "studies", "leaderboards", "baselines")
REGISTRY, ERROR = "inspect_ai._util.registry", "inspect_ai._util.error"
NAMED = "then nothing is found by name: mend harness/plugins/registered.py, or list what glassbox/registry.py imports"
DIRECT = "then `glassbox eval` writes no log of its own: let harness/engine/make.py go through inspect_ai.eval always"
RESCORED = "then `inspect score` cannot name the scorers of our logs: leave them out in harness/engine/log.py"
FROM_SAMPLES = "then a board's figures cannot be computed from samples: mend harness/records/recomputed.py"

PARTS = {
    (REGISTRY, "registry_find", ("predicate",)): NAMED,
    (REGISTRY, "registry_key", ("type", "name")): NAMED,
    (REGISTRY, "RegistryInfo", ()): NAMED,
    (REGISTRY, "_registry", ()): "then names from an editable install lack `glassbox/`: mend also_by_package in "
    "harness/plugins/registered.py",
    (REGISTRY, "registry_lookup", ("type", "name")): DIRECT,
    (REGISTRY, "registry_params", ("o",)): DIRECT,
    ("inspect_ai._eval.task.results", "eval_results", ("samples", "scores", "reducers", "scorers", "metrics")): DIRECT,
    ("inspect_ai._eval.task.results", "ScorerInfo", ("name", "metrics", "params")): FROM_SAMPLES,
    ("inspect_ai.scorer._reducer.registry", "create_reducers", ("reducers",)): FROM_SAMPLES,
    ("inspect_ai._eval.task.log", "resolve_eval_scorers", ()): RESCORED,
    ("inspect_ai.scorer._scorer", "as_scorer_spec", ("scorer",)): RESCORED,
    (ERROR, "PrerequisiteError", ()): "then a wrong argument is a traceback in `inspect eval`: raise a plain "
    "ValueError in harness/cli/arguments.py",
    ("inspect_ai.model._model", "active_model", ()): "then a task cannot see --model while it is built: let "
    "tasks/reference.py give no default model, and name it on the command line",
}
_IMPORT = re.compile(r"from (inspect_ai(?:\.\w+)*\._[\w.]*|transformers(?:\.\w+)*\._[\w.]*) import (\([^)]*\)|[^\n#]*)")


@pytest.mark.parametrize(("module", "name", "first"), PARTS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_private_part_is_where_it_was(module: str, name: str, first: tuple[str, ...]) -> None:
    way_out = f"{module}.{name} is gone or has changed; {PARTS[module, name, first]}"
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError):
        pytest.fail(way_out)
    if first:
        assert tuple(inspect.signature(found).parameters)[: len(first)] == first, way_out


def test_no_other_private_part_is_imported() -> None:
    used = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for module, names in _IMPORT.findall(path.read_text(encoding="utf-8")):
                used |= {(module, name) for name in re.findall(r"\w+", re.sub(r"#.*", "", names))}
    used.discard(("inspect_ai._util", "registry"))
    assert sorted(used - {(module, name) for module, name, _ in PARTS}) == []

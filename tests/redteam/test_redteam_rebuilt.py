"""A component made anew gives every attack and every honest program the verdict of the shipped one.

    make heavy

Whoever changes the guest runs it: `tests/integration/sandbox/test_sandbox_build.py` fails until what is shipped was
made from the guest that stands there. It judges linked, as it would be shipped, by the direct road; and as
componentize-py left it, by the public one, which is what judges where neither the linker nor wasmtime's private calls
are of use. What to do when this fails with a new componentize-py: the message says which step refused;
`glassbox.harness.sandbox.component.making` names the parts of the tool that it counts on. What is shipped is not
touched by it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from glassbox.harness.cache import CACHE_VARIABLE
from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.component import FOLDER_VARIABLE, card
from glassbox.harness.sandbox.component.making import componentized, joined_if_known, keep
from glassbox.harness.sandbox.crossing import ROAD_VARIABLE
from glassbox.harness.sandbox.worker import Worker
from tests.redteam.attack import HONEST
from tests.redteam.roster import ATTACKS, LIMITS

ROADS = {"linked": "direct", "not-linked": "public"}


@pytest.mark.heavy
def test_a_rebuilt_component_gives_the_same_verdicts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped, component = card(), componentized()
    content, joined = joined_if_known(component)
    assert joined, "the linker does not know what this componentize-py writes: teach it, or ship what it writes"
    keep(content, tmp_path / "linked", joined=True, preset=0)
    keep(component, tmp_path / "not-linked", joined=False, preset=0)
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    for form, road in ROADS.items():
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / form))
        monkeypatch.setenv(ROAD_VARIABLE, road)
        assert card().sha256 != shipped.sha256, "two builds are alike by now: there is no need to ship one"
        assert unexpected() == {}, f"{form}, by the {road} road"
    shutil.rmtree(tmp_path / "cache")


def unexpected() -> dict[str, Outcome]:
    """Of what is judged as the environment says now, the verdicts that are not as they must be."""
    judge = Worker(LIMITS)
    try:
        honest = {task.entry_point: judge.judge(task.honest, task.entry_point, task.cases).outcome for task in HONEST}
        attacks = [(each, judge.judge(each.code, each.entry_point, each.cases).outcome) for each in ATTACKS]
    finally:
        judge.close()
    failed = {name: outcome for name, outcome in honest.items() if outcome is not Outcome.PASS}
    return failed | {each.name: outcome for each, outcome in attacks if not each.ends_as_it_must(outcome)}

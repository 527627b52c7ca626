"""One name for what is registered with inspect, however the package was installed.

Inspect names what a wheel brings `package/name`; what an editable install brings has no such prefix, unless
distribution and package share a name. Here each gets both, so that a command line works in either.
"""

from __future__ import annotations

import inspect

from inspect_ai._util import registry  # inspect-evals-lint: ignore[IECQ001] -- see above

# Inspect has no public way to list what is registered, nor to give it a second name. Without these two, names with the
# package's prefix are unknown in an editable install: tests/unit/cli/test_names.py says so.
from inspect_ai._util.registry import (  # inspect-evals-lint: ignore[IECQ001] -- see above
    RegistryInfo,
    registry_find,
    registry_info,
    registry_key,
)


def also_by_package(package: str) -> None:
    """Give every task, solver, scorer and metric of `package` the name `package/name` beside its bare one."""

    def bare(info: RegistryInfo) -> bool:
        return "/" not in info.name

    for found in registry_find(bare):
        if _module(found).partition(".")[0] == package:
            info = registry_info(found)
            registry._registry.setdefault(registry_key(info.type, f"{package}/{info.name}"), found)


def _module(found: object) -> str:
    unwrapped = inspect.unwrap(found) if callable(found) else found
    return str(getattr(unwrapped, "__module__", ""))

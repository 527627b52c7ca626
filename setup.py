"""Which folders are installed; everything else stands in pyproject.toml.

The repository's root is the package `glassbox`, so each room keeps its place and gets one name. setuptools' own finder
cannot put a name before what it finds.
"""

from setuptools import find_namespace_packages, setup

ROOMS = ("harness", "tasks", "solvers", "scorers", "studies", "leaderboards", "baselines")

# Folders of data, such as those of the shipped models, hold no __init__.py and go into the wheel too.
found = find_namespace_packages(
    include=[pattern for room in ROOMS for pattern in (room, f"{room}.*")], exclude=["*.__pycache__"]
)
# The name of this script keeps it out of the wheel.
setup(
    script_name="setup.py",
    package_dir={"glassbox": "."},
    packages=["glassbox", *(f"glassbox.{package}" for package in found)],
)

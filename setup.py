"""Which folders are installed; everything else stands in pyproject.toml.

The repository's root is the package `glassbox`, so each room keeps its place and gets one name. setuptools' own finder
cannot put a name before what it finds.
"""

from setuptools import find_packages, setup

ROOMS = ("harness", "tasks", "solvers", "scorers", "studies", "leaderboards", "baselines")

found = find_packages(include=[pattern for room in ROOMS for pattern in (room, f"{room}.*")])
setup(package_dir={"glassbox": "."}, packages=["glassbox", *(f"glassbox.{package}" for package in found)])

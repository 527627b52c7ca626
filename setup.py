"""Which folders are installed; everything else stands in pyproject.toml.

The repository's root is the package `glassbox`, so each room keeps its place and gets one name. setuptools' own finder
cannot put a name before what it finds.
"""

from setuptools import find_namespace_packages, setup

ROOMS = ("harness", "tasks", "solvers", "scorers", "studies", "leaderboards", "baselines")

# Folders that hold data and no modules, such as a model's, count as packages too.
found = find_namespace_packages(include=[pattern for room in ROOMS for pattern in (room, f"{room}.*")])
setup(
    script_name="setup.py",  # a build's front end calls it otherwise, and would install this file as a module
    package_dir={"glassbox": "."},
    packages=["glassbox", *(f"glassbox.{package}" for package in found)],
    exclude_package_data={"glassbox": ["*.md"]},
)

"""Experiments: grids of runs, rules that stop them, and what is made of their logs. One experiment a file or folder."""

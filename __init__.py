"""Glassbox: evaluate methods that work inside a language model, beside the text pipelines they want to replace.

The folders of the repository are this package's rooms: `glassbox.harness`, `glassbox.tasks`, `glassbox.solvers`.
"""

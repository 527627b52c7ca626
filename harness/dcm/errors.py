"""Faults of a pair, in a module that loads no model."""

from __future__ import annotations


class TooLong(ValueError):
    """A pair that does not fit the model's context: nothing could ever be decoded of it."""

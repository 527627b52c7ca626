"""Specifications of functions: what a code task is, our own suites, and readers of official ones."""

"""Arithmetic programs: types, text form, validation and the WASM machine that runs them (seed 000)."""

"""Mechanical checks of a measurement, from its log: what voids a figure is looked for, not argued about."""

"""Shipped reference models with their recipes, blessed results, recorded benchmarks."""

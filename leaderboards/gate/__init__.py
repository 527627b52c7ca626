"""The regression gate: blessed results, and whether a new run has fallen behind them.

glassbox bless --name quick --reason "first release"
glassbox gate --baseline quick --run
"""

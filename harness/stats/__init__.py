"""Statistics for boards and claims. Knows arrays, not logs.

One question a file: `intervals` and `means` (how sure), `paired` and `paired_means` (is there a difference), `ties` and
`multiple` (on a whole board), `power` (what could have been found), `runs` (over seeds), `passes` and `best_of` (over
attempts), `sequential` (when to stop), `reported` (from counts alone), `verdict` (what it says about a claim).
"""

"""Statistics for boards and claims. Knows arrays, not logs.

One question a file: `intervals`, `means` and `estimate` (how sure), `paired` and `paired_means` (is there a
difference), `ties` and `multiple` (on a whole board), `power` (what could have been found), `runs` (over seeds),
`passes` and `best_of` (over attempts), `reported` (from counts alone), `verdict` (what it says about a claim).
"""

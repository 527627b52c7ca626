"""Are found vectors near any token? Distance, cosine and norm, against the embedding's own neighbours and the starts.

glassbox prompt-questions nearest --n 48
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from glassbox.harness.data.pair import Pair
from glassbox.harness.records.answer import Answer, Figure, Row
from glassbox.harness.stats.estimate import Estimate
from glassbox.studies.prompt_questions.geometry import Floats, Nearest, nearest
from glassbox.studies.prompt_questions.lab import Found, Lab

SHOWN = 8
"""How many of the commonest nearest tokens are named."""

DISTANCE = "distance to the nearest token"
BINS = 80
TWIN = 0.1


def near(lab: Lab, pairs: Sequence[Pair]) -> Answer:
    """Where the vectors of the solved ones among `pairs` lie.

    Raises:
      ValueError: Fewer than two pairs are solved.
    """
    found = [one for one in lab.search(pairs) if one.record.converged]
    if len(found) < 2:
        raise ValueError(f"{len(found)} of {len(pairs)} pairs are solved; give more or easier pairs")
    table = lab.frozen.table.double().cpu().numpy()
    starts = lab.starts([one.pair for one in found])
    looked = {
        "found": ([one.vectors for one in found], [nearest(one.vectors, table) for one in found]),
        "start": (starts, [nearest(start, table) for start in starts]),
        "tokens": ([table], [nearest(table, table, itself=True)]),
    }
    tokens = looked["found"][1]
    rows = tuple(Row(setting={"vectors": name}, figures=_figures(*each)) for name, each in looked.items())
    snapped = [replace(one, vectors=table[at.tokens]) for one, at in zip(found, tokens, strict=True)]
    written = lab.held(snapped)
    own, other = _shared(lab, found, tokens)
    return Answer(
        name="nearest",
        question="Are found vectors near any token?",
        varied="vectors",
        sentence=(
            f"{_comparison(rows)}; with each vector replaced by its nearest token "
            f"{Estimate.of_count(sum(written), len(written))} of pairs are still written"
        ),
        rows=rows,
        points=_histograms({name: [at.distances for at in each] for name, (_, each) in looked.items()}),
        notes=(
            f"{len(found)} of {len(pairs)} pairs are solved and counted; intervals are over pairs, of tokens "
            "over tokens.",
            f"The nearest token stands in the pair's own texts for {own} of its vectors, in the next pair's "
            f"texts for {other}.",
            f"Commonest nearest tokens: {_names(lab, tokens)}.",
            _twins(looked["tokens"][1][0], table),
        ),
    )


def _figures(contents: Sequence[Floats], found: Sequence[Nearest]) -> dict[str, Figure]:
    """Means over pairs; one set alone (the table of tokens) is averaged over its rows."""
    norms = [np.linalg.norm(content, axis=1) for content in contents]

    def over(values: Sequence[Floats]) -> Figure:
        return Estimate.of_mean(
            [float(v) for v in (values[0] if len(values) == 1 else [each.mean() for each in values])]
        )

    return {
        DISTANCE: over([at.distances for at in found]),
        "cosine to the most alike token": over([at.cosines for at in found]),
        "norm": over(norms),
    }


def _shared(lab: Lab, found: Sequence[Found], tokens: Sequence[Nearest]) -> tuple[Figure, Figure]:
    """For each pair the share of its vectors whose nearest token stands in its own texts, and in the next pair's."""
    texts = [{token for ids in lab.tokens(one.pair) for token in ids} for one in found]
    turned = [*texts[1:], texts[0]]
    shares = []
    for said in (texts, turned):
        each = [float(np.isin(at.tokens, list(text)).mean()) for at, text in zip(tokens, said, strict=True)]
        shares.append(Estimate.of_mean(each, "share"))
    return shares[0], shares[1]


def _histograms(distances: dict[str, list[Floats]]) -> dict[str, tuple[tuple[float, ...], ...]]:
    """Left edge and density of each of `BINS` bins, which all series share."""
    flat = {name: np.concatenate(each) for name, each in distances.items()}
    edges = np.linspace(0, max(values.max() for values in flat.values()), BINS + 1)
    return {
        name: tuple(
            (float(f"{edge:.5g}"), float(f"{density:.5g}"))
            for edge, density in zip(edges[:-1], np.histogram(values, edges, density=True)[0], strict=True)
        )
        for name, values in flat.items()
    }


def _twins(own: Nearest, table: Floats) -> str:
    """Tokens that have another at hardly any distance: rows that training never touched lie all in one place."""
    close = int((own.distances < TWIN * np.linalg.norm(table, axis=1).mean()).sum())
    return f"{close} of {len(table)} tokens have another nearer than {TWIN:.0%} of the mean norm."


def _comparison(rows: Sequence[Row]) -> str:
    said = ", ".join(f"{row.setting['vectors']} {row.estimates[DISTANCE].value:.3f}" for row in rows)
    return f"mean {DISTANCE}: {said} (of tokens: to the nearest other one)"


def _names(lab: Lab, tokens: Sequence[Nearest]) -> str:
    counts = Counter(int(token) for at in tokens for token in at.tokens)
    total = counts.total()
    names = lab.model.tokenizer.convert_ids_to_tokens
    return ", ".join(f"`{names(token)}` {count / total:.1%}" for token, count in counts.most_common(SHOWN))

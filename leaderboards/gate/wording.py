"""The gate's sentences: one line a row that says what was found, on how many samples, and what would settle it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from glassbox.leaderboards import figures
from glassbox.leaderboards.gate.baseline import BlessedRun
from glassbox.leaderboards.gate.latency import Slowdown
from glassbox.leaderboards.gate.loss import Loss
from glassbox.leaderboards.gate.matching import Matched
from glassbox.leaderboards.gate.observed import Observed
from glassbox.leaderboards.gate.ruling import Ruling, Settings

_SHOWN = 3


def passed(loss: Loss) -> str:
    """No evidence, and none of the margin possible."""
    return f"no evidence of a loss, at most {points(loss.high)} points possible, n = {_units(loss)}"


def regressed(matched: Matched, loss: Loss, p: float, tests: int) -> str:
    """Evidence of a loss, and where most of it lies."""
    means = [sum(side) / len(side) for side in (matched.blessed, matched.now)]
    words = (
        f"lost {points(loss.loss)} points ({figures.percent(means[0])} to {figures.percent(means[1])} %, at least "
        f"{points(max(loss.low, 0.0))}), {_p(p, tests)}, lost {loss.lost} and gained {loss.gained} of {_units(loss)}"
    )
    worst = _worst_group(matched)
    return f"{words}; {worst}" if worst else words


def undecided(loss: Loss, p: float, tests: int, settings: Settings) -> str:
    """What could have gone unseen, and the samples that would show it."""
    needed = loss.needed(settings.margin, settings.alpha, settings.power)
    settled = f"; {needed:,} samples would settle it" if needed > loss.n else "; more samples would settle it"
    doubt = f", {_p(p, tests)}" if loss.p < settings.alpha else ""
    return (
        f"a loss of {points(settings.margin)} points is not ruled out: {points(loss.loss)} found, {points(loss.high)} "
        f"possible, n = {_units(loss)}{doubt}{settled}"
    )


def changed(samples: Sequence[tuple[str, float, float]], n: int) -> str:
    """Samples of an exact row that did not come out as blessed: id, then, now."""
    shown = ", ".join(f"{key} {then:g} to {now:g}" for key, then, now in samples[:_SHOWN])
    more = ", ..." if len(samples) > _SHOWN else ""
    return f"{len(samples):,} of {n:,} samples are not as blessed ({shown}{more}), and this row must come out the same"


def slower(found: Slowdown, ruling: Ruling, settings: Settings, measured: int) -> str:
    """The ratio of ratios with its one-sided bounds."""
    times = f", the best of {measured} measurements" if measured > 1 else ""
    figure = (
        f"{found.ratio:.2f} x [{found.low:.2f}, {found.high:.2f}] its blessed time relative to {settings.reference}, "
        f"n = {found.n}{times}"
    )
    if settings.latency_margin is None:
        return f"time {figure}; not judged without --latency-margin"
    said = {
        Ruling.REGRESSION: f"slower than the {settings.latency_margin:g} x allowed: {figure}",
        Ruling.INCONCLUSIVE: f"may be slower than the {settings.latency_margin:g} x allowed: {figure}",
    }
    return said.get(ruling, f"time {figure}")


def notes(row: BlessedRun, seen: Observed, matched: Matched, loss: Loss, settings: Settings) -> Iterator[str]:
    """What else a reader should know of a row that was compared."""
    if loss.high < 0:
        yield f"scores at least {points(-loss.high)} points higher than blessed; bless it to hold it to that"
    if settings.clustered and matched.groups is not None:
        yield f"judged by {loss.units:,} clusters of the same {matched.cluster}"
    if seen.record.created < row.created:
        yield f"ran at {seen.record.created}, before the blessed run"
    if matched.left_out:
        yield f"{matched.left_out:,} blessed samples were left out"
    if seen.record.model == row.model and row.model_hash and seen.model_hash and seen.model_hash != row.model_hash:
        yield f"the model is another than when blessed ({seen.model_hash[:8]}, was {row.model_hash[:8]})"
    if seen.record.artefact != row.artefact:
        yield f"read by part {figures.address(seen.record.artefact)}, when blessed by {figures.address(row.artefact)}"
    if seen.machine != row.machine:
        yield "ran on another machine than the blessed run, where time may relate otherwise to the reference"
    now = seen.provenance.versions
    other = [f"{name} {was} to {now[name]}" for name, was in row.versions.items() if now.get(name, was) != was]
    if other:
        yield f"other versions: {', '.join(other)}"


def points(share: float) -> str:
    """`5` or `0.3`: hundredths, one decimal where needed."""
    return f"{share * 100:.1f}".removesuffix(".0")


def _p(p: float, tests: int) -> str:
    return f"p = {p:.2g}" if tests == 1 else f"p = {p:.2g} over {tests} rows"


def _units(loss: Loss) -> str:
    return f"{loss.n:,}" if loss.units == loss.n else f"{loss.n:,} in {loss.units:,} clusters"


def _worst_group(matched: Matched) -> str:
    """The group that lost most, if samples have groups and one lost more than one sample."""
    if matched.groups is None:
        return ""
    lost: defaultdict[str, float] = defaultdict(float)
    size: defaultdict[str, int] = defaultdict(int)
    for group, then, now in zip(matched.groups, matched.blessed, matched.now, strict=True):
        lost[group] += then - now
        size[group] += 1
    worst = max(lost, key=lambda group: lost[group])
    return f"most in {matched.cluster} {worst!r} ({lost[worst]:g} of {size[worst]})" if lost[worst] > 1 else ""

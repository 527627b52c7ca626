"""What a comparison could have found: the smallest difference it detects, and the samples a difference needs.

    paired_detectable(n=1000, discordance=0.1)          # 0.028: smaller differences will mostly be missed
    paired_needed(difference=0.05, discordance=0.1)     # pairs
    unpaired_needed(0.72, 0.78)                         # samples on each side

"No evidence of a difference" means little from a comparison that could not have seen one; so these stand beside it.
Differences and proportions are shares of 1. `discordance` is the share of samples on which exactly one of two methods
is right; two methods of equal accuracy that fail on the same samples have little, and need few samples.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats
from scipy.optimize import brentq

ALPHA, POWER = 0.05, 0.8
_MANY = 100_000
"""Discordant pairs from which on the approximation is as good as the exact sum, which would take seconds."""


def paired_needed(difference: float, discordance: float, power: float = POWER, alpha: float = ALPHA) -> int:
    """Pairs from which on the exact McNemar test finds a difference with this power.

    Connor's approximation (1987, Biometrics 43:207-211) begins the search; by itself it has 75 to 79 % where 80 % were
    asked for, as the exact test does not use up its level.

    Raises:
      ValueError: The difference is 0, or larger than the discordance allows.
    """
    delta = abs(difference)
    if not 0 < delta <= discordance <= 1:
        raise ValueError(
            f"difference {difference:g} with discordance {discordance:g} is impossible; "
            "need 0 < |difference| <= discordance <= 1"
        )
    least = most = max(_connor(delta, discordance, power, alpha), fewest_discordant(alpha))
    if least * discordance > _MANY:
        return least
    while paired_power(most, delta, discordance, alpha) < power:
        least, most = most, most + max(most // 8, 1)
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if paired_power(middle, delta, discordance, alpha) >= power else (middle, most)
    return most


def paired_power(n: int, difference: float, discordance: float, alpha: float = ALPHA) -> float:
    """Chance that the exact McNemar test on `n` pairs finds this difference, on its own side.

    Summed over the discordant pairs that may turn up; how many tell for the better method is binomial among them.
    """
    share = (discordance + difference) / (2 * discordance)
    middle, spread = n * discordance, 7 * sqrt(n * discordance * (1 - discordance)) + 7
    least, most = max(int(middle - spread), 0), min(int(middle + spread) + 1, n)
    discordant = np.arange(least, most + 1)
    critical = _critical(alpha, 1 << most.bit_length())[discordant]
    possible = critical <= discordant
    found = special.betainc(np.where(possible, critical, 1), np.where(possible, discordant - critical + 1, 1), share)
    below = special.bdtr(np.maximum(np.arange(least - 1, most + 1), 0), n, discordance)
    below[0] = below[0] if least else 0.0
    return float((np.diff(below) * found * possible).sum())


@lru_cache(maxsize=64)
def _critical(alpha: float, most: int) -> NDArray[np.int64]:
    """Of so many discordant pairs, 0 to `most`, how many on one side are evidence: the tail holds at most alpha / 2.

    One more than there are where no outcome is.
    """
    return np.asarray(stats.binom.isf(alpha / 2, np.arange(most + 1), 0.5), dtype=np.int64) + 1


def paired_detectable(n: int, discordance: float, power: float = POWER, alpha: float = ALPHA) -> float | None:
    """Smallest difference found with this power on `n` pairs, given how often exactly one of the two is right.

    A difference larger than the discordance brings more of it: the discordance is then the difference itself. So two
    methods that never differed on 1,000 samples could have been told apart had they differed by 0.8 points.
    None where `n` is too small for the test to reject at all.
    """
    if not (n >= 1 and 0 <= discordance <= 1):
        raise ValueError(f"n = {n} with discordance {discordance:g} is impossible; need n >= 1, discordance in 0..1")
    _quantiles(alpha, power)
    if n < fewest_discordant(alpha):
        return None

    def missing(delta: float) -> float:
        return power - paired_power(n, delta, max(discordance, delta), alpha)

    return float(brentq(missing, 1e-9, 1.0, xtol=1e-7)) if missing(1.0) < 0 else None


def fewest_discordant(alpha: float = ALPHA) -> int:
    """Fewest discordant pairs, all on one side, at which the exact test can reject at all: 6 for 5 %."""
    count = 1
    while 2 * 0.5**count >= alpha:
        count += 1
    return count


def unpaired_needed(first: float, second: float, power: float = POWER, alpha: float = ALPHA) -> int:
    """Samples on each side to tell two proportions apart without pairing (Fleiss, Levin & Paik 2003, chapter 4).

    With their correction for continuity, as it is Fisher's exact test that has to find the difference.

    Raises:
      ValueError: The proportions are equal, or none.
    """
    if not (0 <= first <= 1 and 0 <= second <= 1) or first == second:
        raise ValueError(f"proportions {first:g} and {second:g} must differ and lie in 0..1")
    reach, hold = _quantiles(alpha, power)
    middle = (first + second) / 2
    spread = reach * sqrt(2 * middle * (1 - middle)) + hold * sqrt(first * (1 - first) + second * (1 - second))
    plain, apart = (spread / (first - second)) ** 2, abs(first - second)
    return ceil(plain / 4 * (1 + sqrt(1 + 4 / (plain * apart))) ** 2 - 1e-9)


def mean_detectable(error: float, freedom: float, power: float = POWER, alpha: float = ALPHA) -> float:
    """Smallest difference of means found with this power, given its standard error and degrees of freedom."""
    return error * float(stats.t.ppf(1 - alpha / 2, freedom) + stats.t.ppf(power, freedom))


def mean_needed(
    difference: float, n: int, error: float, freedom: float, power: float = POWER, alpha: float = ALPHA
) -> int:
    """Samples of the same kind (as many more clusters, where there are any) on which `difference` would be found.

    Args:
      difference: To be found; not 0.
      n: Samples of the comparison at hand.
      error: Its standard error, which falls with the root of the samples.
      freedom: Degrees of freedom of its t, which grow with them.
      power: With which it would be found.
      alpha: Of the two-sided test.
    """
    if difference == 0:
        raise ValueError("difference 0 needs infinitely many samples; name the smallest one that matters")
    reach, hold = _quantiles(alpha, power)
    times = ((reach + hold) * error / difference) ** 2
    for _ in range(20):  # the quantiles depend on the samples that they ask for; this settles within a few rounds
        wider = special.stdtrit(max(freedom * times, 1.0), np.asarray([1 - alpha / 2, power]))
        times = float((wider.sum() * error / difference) ** 2)
    return ceil(n * times - 1e-9)


def _connor(delta: float, discordance: float, power: float, alpha: float) -> int:
    reach, hold = _quantiles(alpha, power)
    return ceil((reach * sqrt(discordance) + hold * sqrt(max(discordance - delta**2, 0.0))) ** 2 / delta**2 - 1e-9)


def _quantiles(alpha: float, power: float) -> tuple[float, float]:
    """Quantile of the two-sided test, and of the power."""
    if not 0 < alpha < 1 or not 0 < power < 1:
        raise ValueError(f"alpha {alpha:g} and power {power:g} must lie in (0, 1); 0.8 means 80 %")
    return float(stats.norm.ppf(1 - alpha / 2)), float(stats.norm.ppf(power))

"""What a comparison could have found: the smallest difference it detects, and the samples a difference needs.

    paired_detectable(n=1000, discordance=0.1)          # 0.028: smaller differences will mostly be missed
    paired_needed(difference=0.05, discordance=0.1)     # pairs
    unpaired_needed(0.72, 0.78)                         # samples on each side

"No evidence of a difference" means little from a comparison that could not have seen one; so these stand beside it.
Differences and proportions are shares of 1. `discordance` is the share of samples on which exactly one of two methods
is right; two methods of equal accuracy that fail on the same samples have little, and need few samples.
"""

from __future__ import annotations

from math import ceil, sqrt

from scipy import stats
from scipy.optimize import brentq

ALPHA, POWER = 0.05, 0.8


def paired_needed(difference: float, discordance: float, power: float = POWER, alpha: float = ALPHA) -> int:
    """Pairs on which McNemar's test finds a difference with this power (Connor 1987, Biometrics 43:207-211).

    Raises:
      ValueError: The difference is 0, or larger than the discordance allows.
    """
    delta = abs(difference)
    if not 0 < delta <= discordance <= 1:
        raise ValueError(
            f"difference {difference:g} with discordance {discordance:g} is impossible; "
            "need 0 < |difference| <= discordance <= 1"
        )
    reach, hold = _quantiles(alpha, power)
    needed = (reach * sqrt(discordance) + hold * sqrt(max(discordance - delta**2, 0.0))) ** 2 / delta**2
    return max(ceil(needed - 1e-9), fewest_discordant(alpha))


def paired_detectable(n: int, discordance: float, power: float = POWER, alpha: float = ALPHA) -> float | None:
    """Smallest difference found with this power on `n` pairs, given how often exactly one of the two is right.

    A difference larger than the discordance brings more of it: the discordance is then the difference itself. So two
    methods that never differed on 1,000 samples could have been told apart had they differed by 0.8 points.
    None where `n` is too small for the test to reject at all.
    """
    if n < 1 or not 0 <= discordance <= 1:
        raise ValueError(f"n = {n} with discordance {discordance:g} is impossible; need n >= 1, discordance in 0..1")
    reach, hold = _quantiles(alpha, power)

    def missing(delta: float) -> float:
        share = max(discordance, delta)
        return reach * sqrt(share) + hold * sqrt(max(share - delta**2, 0.0)) - delta * sqrt(n)

    if n < fewest_discordant(alpha):
        return None
    return max(float(brentq(missing, 1e-12, 1.0, xtol=1e-12)), fewest_discordant(alpha) / n)


def fewest_discordant(alpha: float = ALPHA) -> int:
    """Fewest discordant pairs, all on one side, at which the exact test can reject at all: 6 for 5 %."""
    count = 1
    while 2 * 0.5**count >= alpha:
        count += 1
    return count


def unpaired_needed(first: float, second: float, power: float = POWER, alpha: float = ALPHA) -> int:
    """Samples on each side to tell two proportions apart without pairing (Fleiss, Levin & Paik 2003, chapter 4).

    Raises:
      ValueError: The proportions are equal, or none.
    """
    if not (0 <= first <= 1 and 0 <= second <= 1) or first == second:
        raise ValueError(f"proportions {first:g} and {second:g} must differ and lie in 0..1")
    reach, hold = _quantiles(alpha, power)
    middle = (first + second) / 2
    spread = reach * sqrt(2 * middle * (1 - middle)) + hold * sqrt(first * (1 - first) + second * (1 - second))
    return ceil((spread / (first - second)) ** 2 - 1e-9)


def mean_detectable(error: float, freedom: float, power: float = POWER, alpha: float = ALPHA) -> float:
    """Smallest difference of means found with this power, given its standard error and degrees of freedom."""
    return error * float(stats.t.ppf(1 - alpha / 2, freedom) + stats.t.ppf(power, freedom))


def mean_needed(difference: float, n: int, error: float, power: float = POWER, alpha: float = ALPHA) -> int:
    """Samples of the same kind (as many more clusters, where there are any) on which `difference` would be found.

    Args:
      difference: To be found; not 0.
      n: Samples of the comparison at hand.
      error: Its standard error, which falls with the root of the samples.
    """
    if difference == 0:
        raise ValueError("difference 0 needs infinitely many samples; name the smallest one that matters")
    reach, hold = _quantiles(alpha, power)
    return ceil(n * ((reach + hold) * error / difference) ** 2 - 1e-9)


def _quantiles(alpha: float, power: float) -> tuple[float, float]:
    """Quantile of the two-sided test, and of the power."""
    if not 0 < alpha < 1 or not 0 < power < 1:
        raise ValueError(f"alpha {alpha:g} and power {power:g} must lie in (0, 1); 0.8 means 80 %")
    return float(stats.norm.ppf(1 - alpha / 2)), float(stats.norm.ppf(power))

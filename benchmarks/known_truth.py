"""Signals whose truth is known: do intervals cover, and does the false discovery rate hold?

    python benchmarks/known_truth.py [--models 16,32,64] [--audits 4]

2,000 records, of which 3 % have a large effect; each record has a level, a spread and a ratio of its IN to its OUT
spread of its own. Three shapes of noise, the same IN and OUT: normal, Student-t of 5 degrees of freedom, and gamma of
shape 8 with its long tail to the right or to the left. The truth is the power of the one-sided test at the record's own
false-positive rate of 0.1 %, from the exact tails, but at least that rate, which the best test always has. Not
everything here is in the estimate's favour: it takes signals as nearly normal, with one tail for all records.
"""

import argparse

import numpy as np
from scipy import stats

from standout.estimate.estimate import estimate
from standout.shadows.memberships import draw_members

RECORDS, FPR, ABOVE = 2000, 1e-3, 0.1
DEGREES, SHAPE = 5, 8
NOISES = ("normal", "Student-t", "long right tail", "long left tail")


def noise_and_power(noise: str, size: tuple[int, int], shift: np.ndarray, ratio: np.ndarray, rng):
    """(standardised noise (M, N), true power (N,) of the test `signal above the OUT quantile`): IN signals are shift +
    ratio x noise in units of the OUT spread."""
    if noise == "normal":
        law, mean, sd, sign = stats.norm(), 0.0, 1.0, 1
    elif noise == "Student-t":
        law, mean, sd, sign = stats.t(DEGREES), 0.0, np.sqrt(DEGREES / (DEGREES - 2)), 1
    else:
        law, mean, sd, sign = stats.gamma(SHAPE), float(SHAPE), np.sqrt(SHAPE), 1 if "right" in noise else -1
    drawn = sign * (law.rvs(size, random_state=rng) - mean) / sd
    quantile = sign * ((law.isf(FPR) if sign > 0 else law.ppf(FPR)) - mean) / sd
    place = sign * (quantile - shift) / ratio * sd + mean
    return drawn, law.sf(place) if sign > 0 else law.cdf(place)


def simulated(noise: str, models: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(signals (M, N), members (M, N), true exposure (N,))."""
    rng = np.random.default_rng(seed)
    members = draw_members(np.zeros(RECORDS, dtype=int), models, seed=seed)
    level, spread = rng.normal(2.5, 2, RECORDS), np.exp(rng.normal(-0.5, 0.3, RECORDS))
    ratio = np.exp(rng.normal(0, 0.15, RECORDS))
    shift = np.abs(rng.normal(0.2, 0.2, RECORDS)) + (rng.random(RECORDS) < 0.03) * rng.exponential(1.2, RECORDS)
    drawn, true = noise_and_power(noise, members.shape, shift, ratio, rng)
    return level + spread * np.where(members, shift + ratio * drawn, drawn), members, np.maximum(true, FPR)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="16,32,64")
    parser.add_argument("--audits", type=int, default=4)
    asked = parser.parse_args()
    print("| noise | models | truly above 10 % | reported | of them truly at or below 10 % | claimed / true | cover |")
    print(f"|{'---|' * 7}")
    for noise in NOISES:
        for models in (int(m) for m in asked.models.split(",")):
            rows = []
            for seed in range(asked.audits):
                signals, members, true = simulated(noise, models, seed)
                e = estimate(signals, members, fpr=FPR, above=ABOVE)
                top = np.argsort(-e.posterior.exposure)[: RECORDS // 100]
                cover = ((e.posterior.low <= true) & (true <= e.posterior.high)).mean()
                rows.append(
                    (int((true > ABOVE).sum()), int(e.exposed.sum()), int((true[e.exposed] <= ABOVE).sum()),
                     e.posterior.exposure[top].sum(), true[top].sum(), cover)
                )  # fmt: skip
            there, reported, wrong, claimed, truth, cover = np.array(rows, dtype=float).T
            print(
                f"| {noise} | {models} | {there.mean():.0f} | {reported.mean():.1f} "
                f"| {100 * wrong.sum() / max(reported.sum(), 1):.1f} % | {claimed.sum() / truth.sum():.2f} "
                f"| {cover.mean():.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

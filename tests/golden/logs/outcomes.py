"""Writes a table of planted outcomes, and what SciPy makes of it: of an arm that halves the slope, and of one that does not.

    pip install numpy scipy
    python outcomes.py      # writes outcomes.csv and outcomes.json beside this script
"""

import csv
import json
import pathlib

import numpy as np
from scipy import stats

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(20)
sizes, seeds = [2, 8, 32], range(8)
slopes = {"baseline": -0.02, "no-dropout": -0.01, "wider": -0.02}
# the seed is the same in every cell
of_seed = rng.normal(0, 0.004, len(seeds))
rows = [
    [arm, size, seed, round(0.9 + slope * np.log2(size) + of_seed[seed] + rng.normal(0, 0.002), 4)]
    for arm, slope in slopes.items()
    for size in sizes
    for seed in seeds
]
with open(here / "outcomes.csv", "w", newline="") as file:
    csv.writer(file, lineterminator="\n").writerows([["arm", "batch_size", "iid", "value"], *rows])


def slopes_of(arm):
    cells = {(size, seed): value for name, size, seed, value in rows if name == arm}
    return [stats.linregress(np.log2(sizes), [cells[size, seed] for size in sizes]).slope for seed in seeds]


def interval(values, level):
    return stats.t.interval(level, len(values) - 1, np.mean(values), stats.sem(values))


baseline = np.array(slopes_of("baseline"))
# the first look spends half of 0.05 on the effect, and half of it on the causes, shared by two
level, level_of_cause = 0.975, 0.9875
low, high = interval(baseline, level)
expected = {"slope": baseline.mean(), "low": low, "high": high, "changes": {}}
for arm in ["no-dropout", "wider"]:
    change = np.array(slopes_of(arm)) - baseline
    low, high = interval(change, level_of_cause)
    expected["changes"][arm] = {"change": change.mean(), "low": low, "high": high}
(here / "outcomes.json").write_text(json.dumps(expected, indent=1) + "\n")

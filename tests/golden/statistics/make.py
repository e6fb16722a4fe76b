"""Makes reference.json: what scipy and statsmodels say about small samples, for tests/it/statistics.rs.

Run with Python 3, numpy, scipy and statsmodels; the versions used are written into the file. Where neither library has
a method (Fieller's interval), the definition itself is solved numerically with scipy's distributions.
"""

import json
import math
from pathlib import Path

import numpy
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests

random = numpy.random.default_rng(20190)
sizes = [2, 8, 16, 32, 64]


def samples():
    for n, alpha in [(2, 0.05), (3, 0.025), (5, 0.05), (5, 0.025 / 6), (12, 0.0125 / 4), (40, 0.05)]:
        values = random.normal(-0.01, 0.008, n)
        low, high = stats.t.interval(1 - alpha, n - 1, loc=values.mean(), scale=stats.sem(values))
        test = stats.ttest_1samp(values, 0)
        yield {
            "values": values.tolist(),
            "alpha": alpha,
            "mean": values.mean(),
            "sd": values.std(ddof=1),
            "low": low,
            "high": high,
            "p_value": test.pvalue,
        }


def slopes():
    for chosen in [sizes, [4, 8], [1, 3, 100]]:
        accuracies = random.uniform(0.6, 0.9, len(chosen))
        fit = sm.OLS(accuracies, sm.add_constant(numpy.log2(chosen))).fit()
        yield {"batch_sizes": chosen, "accuracies": accuracies.tolist(), "slope": fit.params[1]}


def fieller():
    """A ratio is excluded where the t-test of numerator - ratio * denominator rejects: solved by bisection."""
    cases = [(5, -0.01, 0.002, 0.3, 0, 0.05), (8, -0.01, 0.003, 1.0, 0, 0.0125), (10, 0.02, 0.002, -0.5, 0, 0.05),
             (5, -0.003, 0.004, 0.5, 0, 0.05), (5, -0.001, 0.004, 2.0, 0, 0.05), (4, -0.0004, 0.006, 0.0, 0, 0.01),
             (6, -0.0005, 0.004, 0.0, 0.02, 0.05), (9, 0.001, 0.006, 0.1, -0.03, 0.025)]
    for n, slope, sd, share, rest, alpha in cases:
        shared = random.normal(0, sd, n)
        denominators = slope + shared + random.normal(0, sd / 3, n)
        numerators = rest + share * denominators + random.normal(0, sd / 2, n)
        quantile = stats.t.ppf(1 - alpha / 2, n - 1)

        def excess(ratio):
            left = numerators - ratio * denominators
            return left.mean() ** 2 - quantile ** 2 * left.var(ddof=1) / n

        # the excess is a quadratic: its sign far away tells the kind, its extremum parts the ends
        square, linear, constant = numpy.polyfit([-1, 0, 1], [excess(-1), excess(0), excess(1)], 2)
        extremum = -linear / (2 * square)
        case = {"numerators": numerators.tolist(), "denominators": denominators.tolist(), "alpha": alpha}
        if square < 0 and excess(extremum) < 0:
            yield case | {"kind": "line", "low": None, "high": None}
            continue
        reach = 1.0
        while (excess(extremum + reach) > 0) == (excess(extremum) > 0):
            reach *= 2
        low = optimize.brentq(excess, extremum - reach, extremum, xtol=1e-15, rtol=8.9e-16)
        high = optimize.brentq(excess, extremum, extremum + reach, xtol=1e-15, rtol=8.9e-16)
        yield case | {"kind": "bounded" if square > 0 else "complement", "low": low, "high": high}


def adjusted():
    for p_values in [[0.01, 0.04, 0.03, 0.005], [0.5], [0.2, 0.2, 0.9, 0.001, 0.04, 0.04]]:
        yield {"p_values": p_values, "holm": multipletests(p_values, method="holm")[1].tolist()}


def power():
    for sd, n, alpha in [(0.004, 5, 0.05), (0.01, 10, 0.0125), (0.02, 3, 0.025 / 3)]:
        least = (stats.t.ppf(1 - alpha / 2, n - 1) + stats.t.ppf(0.8, n - 1)) * sd / math.sqrt(n)
        size = 0.6 * sd
        needed = next(
            count for count in range(2, 1001)
            if (stats.t.ppf(1 - alpha / 2, count - 1) + stats.t.ppf(0.8, count - 1)) * sd / math.sqrt(count) <= size
        )
        yield {"sd": sd, "n": n, "alpha": alpha, "detectable": least, "size": size, "needed": needed}


def noise():
    groups = [random.normal(0.75, 0.01, n) for n in (5, 3, 2)]
    fit = sm.OLS(numpy.concatenate(groups), numpy.kron(numpy.eye(3), [[1]]).repeat([5, 3, 2], axis=0)).fit()
    return {
        "groups": [group.tolist() for group in groups],
        "pooled_sd": math.sqrt(fit.mse_resid),
        "accuracy": 0.76,
        "examples": 408,
        "binomial_error": stats.binom.std(408, 0.76) / 408,
    }


reference = {
    "made_with": {"numpy": numpy.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
    "samples": list(samples()),
    "slopes": list(slopes()),
    "fieller": list(fieller()),
    "holm": list(adjusted()),
    "power": list(power()),
    "noise": noise(),
}
path = Path(__file__).with_name("reference.json")
path.write_text(json.dumps(reference, indent=1) + "\n")

#!/usr/bin/env python3
"""Compares intervals, tests and promises of risk with SciPy, statsmodels and MAPIE.

    Benchmarks/peers/check_statistics.py [--python PATH] [--trace FILE] [--points N]

1. `gfnet.stats`: intervals of shares, means, differences, binomial tests and McNemar's test for some hundred drawn cases,
   beside scipy.stats and statsmodels.
2. `trace:risk_control`: for each loss, bound and path, losses, order of the images, the verdict on every thresholds of the
   path, observed risk and cost, computed anew in NumPy from the logits of the trace; the p-values and corrected risks
   beside MAPIE's where it can be installed. The trace is that of the model clutter-fashion on its test images unless a
   file that trace:save wrote is named.

Exit status 1 where a number differs by more than 1e-9 of itself (p-values below 1e-12: of 1e-12), or a verdict at all.
"""

import argparse
import os
import shutil
import sys
import tempfile

import peers

options = argparse.ArgumentParser()
options.add_argument("--python", help="an interpreter that has the packages")
options.add_argument("--trace", help="a file that trace:save wrote")
options.add_argument("--points", type=int, default=200, help="thresholds of each path")
options = options.parse_args()
peers.enter(["numpy", "scipy", "statsmodels", "safetensors"], options.python, extra=["mapie"])

import numpy as np
from safetensors import safe_open
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

failures = 0


def run(folder, lua):
    """The lines that a script prints behind the letter R, as lists of words."""
    script = os.path.join(folder, "check.lua")
    with open(script, "w") as file:
        file.write(lua)
    lines = peers.program("run", script, "--out", os.path.join(folder, "report")).splitlines()
    return [line.split()[1:] for line in lines if line.startswith("R ")]


class Compared:
    """Counts what was compared under a name, and the largest relative difference."""

    def __init__(self, name):
        self.name, self.count, self.worst = name, 0, 0.0

    def add(self, found, wanted, case):
        global failures
        found, wanted = float(found), float(wanted)
        self.count += 1
        if found == wanted or np.isnan(found) and np.isnan(wanted):
            return
        error = abs(found - wanted) / max(abs(wanted), 1e-12)
        self.worst = max(self.worst, error)
        if not error <= 1e-9:
            failures += 1
            print(f"  {self.name} {case}: {found!r} here, {wanted!r} there")

    def close(self):
        print(f"{self.name}: {self.count} numbers, largest relative difference {self.worst:.1e}")


def check_functions(folder):
    draw = np.random.default_rng(7)
    shares, lists, pairs = [], [], []
    for _ in range(150):
        n = int(10 ** draw.uniform(0, 5.5))
        k = int(draw.choice([0, n, draw.integers(0, n + 1), max(n - int(draw.integers(0, 4)), 0)]))
        shares.append((k, n, float(draw.choice([0.5, 0.9, 0.95, 0.99])), float(draw.choice([0.001, 0.1, 0.5, 0.93]))))
    for _ in range(60):
        size = int(draw.integers(2, 30))
        lists.append((draw.normal(90, 1, size).tolist(), draw.normal(89.5, 2, int(draw.integers(2, 30))).tolist(),
                      float(draw.choice([0.9, 0.95, 0.999]))))
    for _ in range(100):
        top = int(10 ** draw.uniform(0, 4))
        pairs.append((int(draw.integers(0, top + 1)), int(draw.integers(0, top + 1))))
    listing = lambda numbers: "{" + ", ".join(repr(number) for number in numbers) + "}"
    lua = "local s = gfnet.stats\nlocal function put(...) local t = {...} for i, v in ipairs(t) do t[i] = ('%.17g'):format(v) end print('R ' .. table.concat(t, ' ')) end\n"
    for k, n, level, p in shares:
        lua += (f"do local w, e = s.wilson({k}, {n}, {{level = {level}}}), s.exact({k}, {n}, {{level = {level}}}) put(w.lower, "
                f"w.upper, e.lower, e.upper, s.binomial_test({k}, {n}, {p}), s.binomial_test({k}, {n}, {p}, {{alternative = "
                f"'less'}}), s.binomial_test({k}, {n}, {p}, {{alternative = 'greater'}})) end\n")
    for a, b, level in lists:
        lua += (f"do local m, d = s.mean({listing(a)}, {{level = {level}}}), s.difference({listing(a)}, {listing(b)}, {{level ="
                f" {level}}}) put(m.value, m.uncertainty, m.lower, m.upper, d.value, d.lower, d.upper, d.p) end\n")
    for b, c in pairs:
        lua += f"put(s.mcnemar({b}, {c}), s.mcnemar({b}, {c}, {{test = 'exact'}}))\n"
    rows = iter(run(folder, lua))
    names = ["Wilson", "Clopper-Pearson", "binomial test", "mean", "Welch", "McNemar"]
    compared = {name: Compared(name) for name in names}
    for k, n, level, p in shares:
        row = next(rows)
        wilson, tail = stats.binomtest(k, n).proportion_ci(level, "wilson"), (1 - level) / 2
        # The exact interval of binomtest is solved to 2e-12 only; quantiles of the beta distribution are to all digits.
        exact = (stats.beta.ppf(tail, k, n - k + 1) if k else 0, stats.beta.isf(tail, k + 1, n - k) if k < n else 1)
        for i, ends in enumerate(((wilson.low, wilson.high), exact)):
            for found, wanted in zip(row[2 * i:2 * i + 2], ends):
                compared[names[i]].add(float(found) / 100, wanted, (k, n, level))
        for found, side in zip(row[4:], ("two-sided", "less", "greater")):
            compared["binomial test"].add(found, stats.binomtest(k, n, p, side).pvalue, (k, n, p, side))
    for a, b, level in lists:
        row = next(rows)
        mean, error = np.mean(a), stats.sem(a)
        for found, wanted in zip(row, (mean, error, *stats.t.interval(level, len(a) - 1, mean, error))):
            compared["mean"].add(found, wanted, a)
        test = stats.ttest_ind(a, b, equal_var=False)
        ends = test.confidence_interval(level)
        for found, wanted in zip(row[5:], (ends.low, ends.high, test.pvalue)):
            compared["Welch"].add(found, wanted, (a, b))
    for b, c in pairs:
        found = next(rows)
        exact = float(mcnemar([[0, b], [c, 0]], exact=True).pvalue) if b + c else 1.0
        here = stats.binom.pmf(min(b, c), b + c, 0.5)
        middle = 1.0 if b + c == 0 else 1 - here / 2 if b == c else exact - here
        compared["McNemar"].add(found[0], middle, (b, c))
        compared["McNemar"].add(found[1], exact, (b, c))
    for one in compared.values():
        one.close()


# The program's random numbers, by their definition: SplitMix64's finaliser over a Weyl sequence, keyed by name and seed.
MASK = (1 << 64) - 1
WEYL = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def permutation(seed, stream, count):
    name = 0xCBF29CE484222325
    for byte in stream.encode():
        name = ((name ^ byte) * 0x100000001B3) & MASK
    key = mix(name ^ mix((seed + WEYL) & MASK))
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        j = (mix((key + (i + 1) * WEYL) & MASK) * (i + 1)) >> 64
        order[i], order[j] = order[j], order[i]
    return np.array(order)


class Losses:
    """What each image of a trace loses after each step, and where it leaves."""

    def __init__(self, path):
        with safe_open(path, "np") as file:
            logits = file.get_tensor("logits").astype(np.float64)
            self.madds = file.get_tensor("madds").astype(np.float64)
            labels = file.get_tensor("labels") if "labels" in file.keys() else None
        self.steps, self.images, _ = logits.shape
        shifted = np.exp(logits - logits.max(2, keepdims=True))
        probability = shifted / shifted.sum(2, keepdims=True)
        self.confidence = probability.max(2)
        answers = logits.argmax(2)
        self.columns = {"consistency": (answers != answers[-1]).astype(np.float64)}
        if labels is not None:
            wrong = (answers != labels).astype(np.float64)
            self.columns["accuracy"] = wrong - wrong[-1]
            truth = np.eye(logits.shape[2])[labels.astype(int)]
            brier = ((probability - truth) ** 2).sum(2) / 2
            self.columns["brier"] = (brier - brier[-1]).astype(np.float32).astype(np.float64)

    def exits(self, confidence, thresholds):
        exits = np.full(self.images, self.steps - 1)
        for step in reversed(range(self.steps - 1)):
            exits[confidence[step] >= thresholds[step]] = step
        return exits


def verdicts(losses, largest, name, epsilon, delta):
    """By bound, whether it keeps losses, and the number it decides by."""
    n = len(losses)
    gains = np.maximum(losses, 0).sum()
    tail = stats.binom.cdf(np.ceil(gains), n, epsilon)
    mean = gains / n
    if name == "brier":
        divergence = (mean * np.log(mean / epsilon) if mean else 0) + (1 - mean) * np.log((1 - mean) / (1 - epsilon))
        p = min(np.exp(-n * divergence), np.e * tail) if mean < epsilon else 1
    else:
        p = tail
    count = np.arange(1, n + 1) + 1
    running = (0.5 + np.cumsum(losses)) / count
    variance = (0.25 + np.cumsum((losses - running) ** 2)) / count
    stakes = np.minimum(1, np.sqrt(2 * np.log(1 / delta) / (n * np.concatenate([[0.25], variance[:-1]]))))
    capital = np.cumsum(np.log(1 - stakes * (losses - epsilon))).max()
    corrected = (largest.sum() + 1) / (n + 1)
    return {"ltt": (p <= delta, p), "ucb": (capital > np.log(1 / delta), capital), "crc": (corrected <= epsilon, corrected)}


def check_risk(folder):
    global failures
    trace = os.path.join(folder, "trace.safetensors")
    # A script may read its own folder.
    if options.trace:
        shutil.copy(options.trace, trace)
    epsilons, delta, seed = (0.01, 0.03), 0.1, 11
    lua = "" if options.trace else f"""
local m = gfnet.load("clutter-fashion")
m:trace(gfnet.dataset(m.dataset, {{split = "test"}})):save("{trace}")
"""
    lua += f"""
local trace = gfnet.trace("{trace}")
local function put(...)
  local t = {{...}}
  for i, v in ipairs(t) do t[i] = type(v) == "number" and ("%.17g"):format(v) or v end
  print("R " .. table.concat(t, " "))
end
for _, loss in ipairs(trace.labels and {{"accuracy", "consistency", "brier"}} or {{"consistency"}}) do
  for _, bound in ipairs{{"crc", "ucb", "ltt"}} do
    for _, path in ipairs{{"paper", "optimal", "single"}} do
      if trace.labels or path ~= "optimal" then
        for _, epsilon in ipairs{{{", ".join(map(str, epsilons))}}} do
          local c = trace:risk_control{{loss = loss, bound = bound, path = path, epsilon = epsilon, seed = {seed},
            delta = bound ~= "crc" and {delta} or nil, points = path == "optimal" and 20 or {options.points}}}
          put(loss, bound, path, epsilon, c.images, c.set_aside, c.certified, c.risk, c.madds, #c.path)
          for _, thresholds in ipairs(c.path) do put(table.unpack(thresholds)) end
        end
      end
    end
  end
end
-- The confidences as they are compared, of 32 bits.
local file = {{}}
for step = 1, trace.steps do file["s" .. step] = gfnet.tensor(trace.confidence[step]) end
gfnet.tensor.save("{os.path.join(folder, "confidence.safetensors")}", file)
"""
    rows = iter(run(folder, lua))
    data = Losses(trace)
    with safe_open(os.path.join(folder, "confidence.safetensors"), "np") as file:
        confidence = np.stack([file.get_tensor(f"s{step + 1}") for step in range(data.steps)])
    assert np.abs(confidence - data.confidence).max() < 1e-6
    order = permutation(seed, "risk control", data.images)
    numbers, walks = Compared("risk and cost"), 0
    cases = []
    for row in rows:
        loss, bound, path = row[:3]
        epsilon, images, aside, certified = float(row[3]), int(row[4]), int(row[5]), int(row[6])
        thresholds = np.array([[float(word) for word in next(rows)] for _ in range(int(row[9]))], np.float32)
        if aside != (0 if path == "single" else int(0.2 * data.images)) or images != data.images - aside:
            failures += 1
            print(f"  {row[:4]}: {aside} set aside of {data.images}")
        tested = order[aside:]
        largest, kept = np.zeros(images), 0
        for setting in thresholds:
            exits = data.exits(confidence, setting)
            losses = data.columns[loss][exits, np.arange(data.images)][tested]
            largest = np.maximum(largest, losses)
            found, number = verdicts(losses, largest, loss, epsilon, delta)[bound]
            if bound != "ucb":
                cases.append((bound, loss, np.maximum(losses, 0).mean() if bound == "ltt" else largest.mean(), images,
                              epsilon, number))
            if not found:
                break
            kept += 1
        walks += kept + 1
        if kept != certified:
            failures += 1
            print(f"  {row[:4]}: {certified} thresholds kept here, {kept} there")
        setting = thresholds[kept - 1] if kept else np.full(data.steps, np.inf, np.float32)
        exits = data.exits(confidence, setting)[tested]
        numbers.add(row[7], data.columns[loss][exits, tested].mean(), row[:4])
        numbers.add(row[8], data.madds[exits].mean(), row[:4])
    numbers.close()
    print(f"verdicts on {walks} thresholds, walked anew in NumPy")
    check_mapie(cases)


def check_mapie(cases):
    try:
        from mapie.risk_control.methods import compute_hoeffding_bentkus_p_value, get_r_hat_plus
    except ImportError as problem:
        print(f"MAPIE is not compared: {problem}")
        return
    tests, risks = Compared("p-values of MAPIE"), Compared("corrected risks of MAPIE")
    for bound, loss, mean, images, epsilon, number in cases:
        if bound == "ltt":
            # Above epsilon MAPIE's is 1 or the tail; no threshold is kept by either.
            if mean < epsilon:
                # It rounds n·mean up, which rounding may have left a little above a whole number.
                below = np.array([mean * (1 - 1e-12)])
                theirs = compute_hoeffding_bentkus_p_value(below, images, epsilon, binary=loss != "brier")
                tests.add(number, theirs[0, 0], (loss, mean, images, epsilon))
        else:
            one = np.full((images, 1), mean)
            risks.add(number, get_r_hat_plus(one, np.array([0.5]), "crc", None, None, None)[1][0], (loss, mean))
    tests.close()
    risks.close()


with tempfile.TemporaryDirectory() as folder:
    check_functions(folder)
    check_risk(folder)
print("all agree" if failures == 0 else f"{failures} differences")
sys.exit(failures > 0)

#!/usr/bin/env python3
"""Trains the judge of generic credentials and writes its weights.

usage: train.py --program JUDGE_FEATURES --data DIR --out model.txt [--trees N] [--depth N]

JUDGE_FEATURES is `cargo build --release -p scanner-engine --example judge_features`: the scanner itself describes
every candidate, so that training and use can never differ. DIR is the data folder of the benchmarks: `creddata/`
(the development half of a labelled data set, see benchmarks/README.md), `linux/` and `npm/` (sources in which nothing
is secret). The packages are pinned in requirements.txt; the random state is fixed, so the same data give the same
file.

What is learned from: candidates of the training repositories of the data set (the split is by a hash of the
repository's id and the same as in `cargo xtask accuracy`), unlabelled ones as weak negatives, and candidates of the
linux tree as negatives, and candidates of made-up lines (made_up.py). What is only looked at: the validation repositories and the npm tree.
"""
import argparse
import collections
import csv
import glob
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import GroupKFold

VALIDATION_BELOW = 96
# Weights of candidates without a label, of those of clean code, and of made-up ones.
UNLABELLED, CLEAN, MADE_UP = 0.1, 0.3, 0.2
# Candidates of one repository and label that count fully; beyond, each counts less.
REPOSITORY_FULL = 40
CLEAN_TAKEN = 6000
# Precision on left-out training repositories from which a candidate is likely; probability of `possible`.
LIKELY_PRECISION, POSSIBLE = 0.96, 0.3
RANDOM_STATES = (7,)


def is_validation(repository):
    return hashlib.sha256(f"split:{repository}".encode()).digest()[0] < VALIDATION_BELOW


def describe(program, folder, *subfolders):
    run = subprocess.run([program, folder, *subfolders], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def unique(described):
    """Without the candidates that a second detector describes alike."""
    seen = set()
    for one in described:
        key = (one["path"], one["line"], one["start"], tuple(one["x"]))
        if key not in seen:
            seen.add(key)
            yield one


def read_labels(folder):
    rows = collections.defaultdict(list)
    for path in sorted(glob.glob(os.path.join(folder, "meta", "*.csv"))):
        with open(path, newline="") as file:
            for row in csv.DictReader(file):
                first, last = int(row["LineStart"]), int(row["LineEnd"])
                start, end = int(row["ValueStart"] or -1), int(row["ValueEnd"] or -1)
                rows[row["FilePath"]].append((first, last, row["GroundTruth"] == "T", start, end))
    return rows


def label(rows, one):
    """True, False, or None where the line has no label at all."""
    touched = [row for row in rows.get(one["path"], ()) if row[0] <= one["end_line"] and row[1] >= one["line"]]
    if not touched:
        return None
    for first, last, is_secret, start, end in touched:
        if not is_secret:
            continue
        if start < 0 or first != last or one["line"] != first:
            return True
        if one["start"] < (end if end >= 0 else 1 << 30) and one["end"] > start:
            return True
    return False


def data_set(program, folder):
    rows = read_labels(folder)
    x, y, weight, group = [], [], [], []
    for one in unique(describe(program, folder, "data")):
        is_secret = label(rows, one)
        x.append(one["x"])
        y.append(int(is_secret is True))
        weight.append(UNLABELLED if is_secret is None else 1.0)
        group.append(one["path"].split("/")[1])
    counts = collections.Counter(zip(group, y))
    share = [min(1.0, (REPOSITORY_FULL / counts[pair]) ** 0.5) for pair in zip(group, y)]
    return np.array(x, dtype=np.int16), np.array(y), np.array(weight) * np.array(share), np.array(group)


def made_up(program):
    """Candidates of the lines that made_up.py makes for training, with their labels."""
    with tempfile.TemporaryDirectory() as place:
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "made_up.py")
        subprocess.run([sys.executable, script, "training", place], check=True)
        labels = {}
        for path in glob.glob(os.path.join(place, "*", "*"), include_hidden=True):
            with open(path) as file:
                lines = file.read().splitlines()
            name = os.path.relpath(path, place)
            labels.update({(name, at + 1): line[:1] for at, line in enumerate(lines)})
            with open(path, "w") as file:
                file.write("".join(line[2:].replace("¦", "") + "\n" for line in lines))
        found = describe(program, place)
    return (np.array([one["x"] for one in found], dtype=np.int16),
            np.array([int(labels[one["path"], one["line"]] == "T") for one in found]))


class Models:
    """Several models whose mean counts: one depends less on chance than each of them."""

    def __init__(self, models):
        self.models = models

    def decision_function(self, x):
        return sum(model.decision_function(x) for model in self.models) / len(self.models)


def fit(options, x, y, weight, extra):
    models = [GradientBoostingClassifier(
        n_estimators=options.trees, max_depth=options.depth, learning_rate=0.05, subsample=0.6,
        min_samples_leaf=40, max_features=0.15, random_state=state) for state in RANDOM_STATES]
    for model in models:
        model.fit(np.vstack([x, extra[0]]), np.r_[y, extra[1]], sample_weight=np.r_[weight, extra[2]])
    return Models(models)


def figures(odds, y, threshold):
    said = odds >= threshold
    right, wrong, all_ = (said & (y == 1)).sum(), (said & (y == 0)).sum(), (y == 1).sum()
    precision, recall = right / max(1, right + wrong), right / max(1, all_)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def write(path, model, comments, likely, possible):
    """Whole numbers only: features are whole, so a threshold may be rounded down; values are thousandths."""
    priors = [one.init_.class_prior_ for one in model.models]
    base = np.mean([np.log(prior[1] / prior[0]) for prior in priors])
    lines = [f"# {comment}" for comment in comments]
    lines += [f"features {model.models[0].n_features_in_}", f"base {round(base * 1000)}",
              f"likely {likely}", f"possible {possible}"]
    for rate, (estimator,) in ((one.learning_rate / len(model.models), row) for one in model.models for row in one.estimators_):
        tree = estimator.tree_
        value = tree.value[:, 0, 0].copy()
        for node in reversed(range(tree.node_count)):  # children lie behind their parent
            left, right = tree.children_left[node], tree.children_right[node]
            if left >= 0:
                n = tree.weighted_n_node_samples
                value[node] = (value[left] * n[left] + value[right] * n[right]) / (n[left] + n[right])
        lines.append(f"tree {tree.node_count}")
        for node in range(tree.node_count):
            amount = round(value[node] * rate * 1000)
            left, right = tree.children_left[node], tree.children_right[node]
            if left < 0:
                lines.append(f"- - - - {amount}")
            else:
                lines.append(f"{tree.feature[node]} {int(np.floor(tree.threshold[node]))} {left} {right} {amount}")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser()
    for name in ("--program", "--data", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--trees", type=int, default=300)
    parser.add_argument("--depth", type=int, default=5)
    options = parser.parse_args()
    x, y, weight, group = data_set(options.program, os.path.join(options.data, "creddata"))
    linux = [one["x"] for one in unique(describe(options.program, options.data, "linux"))]
    random.Random(0).shuffle(linux)
    clean = np.array(linux[:CLEAN_TAKEN], dtype=np.int16)
    made, made_labels = made_up(options.program)
    extra = (np.vstack([clean, made]), np.r_[np.zeros(len(clean), int), made_labels],
             np.r_[np.full(len(clean), CLEAN), np.full(len(made), MADE_UP)])
    npm = np.array([one["x"] for one in unique(describe(options.program, options.data, "npm"))], dtype=np.int16)
    training = np.array([not is_validation(repository) for repository in group])
    xt, yt, wt, gt = x[training], y[training], weight[training], group[training]

    # Thresholds from training repositories alone, each judged by a model that has not seen it.
    odds = np.zeros(len(yt))
    for seen, left_out in GroupKFold(5).split(xt, yt, gt):
        odds[left_out] = fit(options, xt[seen], yt[seen], wt[seen], extra).decision_function(xt[left_out])
    steps = np.arange(0.0, 4.0, 0.05)
    likely = next((s for s in steps if figures(odds, yt, s)[0] >= LIKELY_PRECISION), steps[-1])
    possible = np.log(POSSIBLE / (1 - POSSIBLE))
    model = fit(options, xt, yt, wt, extra)
    crossed = figures(odds, yt, likely)
    validated = figures(model.decision_function(x[~training]), y[~training], likely)
    comments = [
        "Written by tools/judge/train.py; not to be edited. See CARD.md.",
        f"candidates: {training.sum()} of {len(set(gt))} repositories for training, {int(yt.sum())} of them secrets;"
        f" {len(clean)} of clean code, {len(made)} made up",
        "left-out training repositories: P %.3f R %.3f F1 %.3f of candidates" % crossed,
        "validation repositories: P %.3f R %.3f F1 %.3f of candidates" % validated,
        f"npm tree, never trained on: {int((model.decision_function(npm) >= likely).sum())} of {len(npm)} likely",
    ]
    print("\n".join(comments))
    write(options.out, model, comments, round(likely * 1000), round(possible * 1000))


if __name__ == "__main__":
    main()

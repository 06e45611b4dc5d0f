#!/usr/bin/env python3
"""Counts the letters of words in source trees and writes the judge's table of letter costs.

usage: ngrams.py OUT FOLDER...

A word is a run of letters, cut at the humps of camel case; it counts once a file, and the logarithm of its count is
its weight. OUT has a line for each pair of letters (the first letter is the edge of a word) and a character for each
letter behind them: the cost in quarter bits over `0`, at most 63. No word can be read back from it.
"""
import collections
import math
import os
import random
import re
import sys

BYTES_MAX = 250_000_000
FILE_BYTES = 60_000
WORD = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
DATA = (".map", ".min.js", ".dts", ".svg", ".json")


def count(folders):
    files = [os.path.join(place, name) for folder in folders for place, _, names in os.walk(folder) for name in names]
    files.sort()
    random.Random(1).shuffle(files)
    words, left = collections.Counter(), BYTES_MAX
    for path in files:
        if path.endswith(DATA) or not os.path.isfile(path):
            continue
        with open(path, "rb") as file:
            text = file.read(FILE_BYTES)
        left -= len(text)
        if left < 0:
            break
        for word in {word.lower() for word in WORD.findall(text) if 2 <= len(word) <= 20}:
            words[word] += 1
    return {word: n for word, n in words.items() if n >= 3}


def main():
    out, *folders = sys.argv[1:]
    behind = collections.defaultdict(collections.Counter)
    pairs = collections.defaultdict(collections.Counter)
    for word, n in sorted(count(folders).items()):
        letters = [0, 0] + [byte - 96 for byte in word] + [0]
        for a, b, c in zip(letters, letters[1:], letters[2:]):
            behind[a, b][c] += math.log2(1 + n)
            pairs[b][c] += math.log2(1 + n)
    lines = []
    for a in range(27):
        for b in range(27):
            line, total, below = "", sum(behind[a, b].values()), sum(pairs[b].values())
            for c in range(27):
                back_off = (pairs[b][c] + 0.5) / (below + 13.5)
                share = (behind[a, b][c] + 40 * back_off) / (total + 40)
                line += chr(ord("0") + min(63, round(-math.log2(share) * 4)))
            lines.append(line)
    with open(out, "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

"""Helper of git-check.sh.

Without arguments: reads a jsonl report and prints rule, object, line, column and hash of each secret, sorted. With a
folder: reads what `git cat-file --batch` prints and writes each object to a file of its id.
"""

import json
import os
import sys


def write_objects(folder: str) -> None:
    stream = sys.stdin.buffer
    while header := stream.readline():
        oid, _kind, size = header.split()
        with open(os.path.join(folder, oid.decode()), "wb") as out:
            out.write(stream.read(int(size)))
        stream.read(1)


def print_findings() -> None:
    lines = set()
    for line in sys.stdin:
        event = json.loads(line)
        if event.get("type") != "finding":
            continue
        thing = event.get("object") or os.path.basename(event["path"])
        lines.add((event["rule"], thing, event["line"], event["column"], event["secret_hash"]))
    for line in sorted(lines):
        print(*line)


if len(sys.argv) > 1:
    write_objects(sys.argv[1])
else:
    print_findings()

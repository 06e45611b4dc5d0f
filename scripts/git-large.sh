#!/bin/sh
# What is too large for the gate: `make git-large`.
#
#   object     a blob of 5 GiB and a line with a token behind it, loose and packed: found, with at most 500 MB of memory of
#              its own (mapped files do not count)
#   history    10,000, 20,000 and 40,000 commits: the processor time of a scan, told; twice the commits take about twice
#
# Arguments: the folder with the program. 12 GiB are needed in the folder for temporary files.
set -eu
scanner=$1/scanner-rs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
GIT_CONFIG_GLOBAL=/dev/null
XDG_STATE_HOME=$work/state
export GIT_CONFIG_GLOBAL XDG_STATE_HOME
failed=0

# A made-up token with its right checksum.
token=$(python3 -c '
import zlib
letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
body = "".join(letters[n * 37 % 62] for n in range(5, 35))
check, rest = "", zlib.crc32(body.encode())
for _ in range(6):
    check, rest = letters[rest % 62] + check, rest // 62
print("ghp" + "_" + body + check)')

# large NAME: the large object is found in line 2.
large() {
    code=0
    (ulimit -d 500000; "$scanner" scan git "$work/large" -j 2 -q --no-store -f jsonl > "$work/out") || code=$?
    if test "$code" -eq 1 && test "$(grep -c '"line":2[,}]' "$work/out")" -eq 1; then
        echo "  5 GiB, $1: found"
    else
        echo "  5 GiB, $1: exit $code, $(cat "$work/out")"
        failed=1
    fi
}

echo object
git init -q --bare "$work/large"
id=$({ head -c 5368709120 /dev/zero; printf '\ntoken = "%s"\n' "$token"; } | git -C "$work/large" hash-object -w --stdin)
large loose
echo "$id" | git -C "$work/large" -c pack.threads=2 pack-objects -q "$work/large/objects/pack/pack" > /dev/null
git -C "$work/large" prune-packed
large packed
rm -rf "$work/large"

echo history
for commits in 10000 20000 40000; do
    rm -rf "$work/history"
    git init -q --bare "$work/history"
    python3 -c '
import sys
for n in range(int(sys.argv[1])):
    text = "".join(f"line {i} value {n if i == n % 200 else i}\n" for i in range(200))
    print(f"commit refs/heads/main\nmark :{n + 1}\ncommitter C <c@example.org> {1600000000 + n} +0000\ndata 1\nx")
    print(f"from :{n}" if n else "", end="\n" if n else "")
    print(f"M 100644 inline dir{n % 50}/file{n % 997}.txt\ndata {len(text)}\n{text}")
text = "token: " + sys.argv[2] + "\n"
print(f"commit refs/heads/main\ncommitter C <c@example.org> 1700000000 +0000\ndata 1\nx")
print(f"M 100644 inline new.txt\ndata {len(text)}\n{text}")
' "$commits" "$token" | git -C "$work/history" fast-import --quiet
    code=0
    # The shell tells the time of its children: minutes and seconds, of the user and of the system.
    times=$( ("$scanner" scan git "$work/history" -j 1 -q --no-store -f jsonl > "$work/out" || echo "exit $?"; times) | tail -n 1)
    test "$(wc -l < "$work/out")" -ge 1 || code=1
    test "$code" -eq 0 || failed=1
    echo "  $commits commits: $times"
done
exit $failed

#!/usr/bin/env bash
# Whether both engines report the same of a folder, byte for byte: native against Vectorscan with an empty and a full
# cache, in one database and in shards, with literals and with patterns. Usage: parity.sh PROGRAM FOLDER
set -euo pipefail
program="$(realpath "$1")"
folder="$(realpath "$2")"
home="$(mktemp -d)"
trap 'rm -rf "$home"' EXIT
export HOME="$home" XDG_STATE_HOME="$home/state" SCANNER_SECRET_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

# Exit code 1 says that something was found; 3 that something could not be read, which both engines must say.
report() {
	"$program" scan fs "$folder" --no-ignore -q -f json --min-confidence possible --no-store "$@" || [ $? -eq 1 ] || [ $? -eq 3 ]
}

say() {
	local name="$1"
	shift
	report "$@" | sed 's/"elapsed_ms": *[0-9]*//' > "$home/report"
	echo "$(sha256sum < "$home/report" | cut -c1-16)  $(grep -o '"rule":' "$home/report" | wc -l) findings  $name"
}

{
	say 'native' --engine native
	say 'vectorscan, literals, cold' --engine vectorscan --vectorscan-mode anchors-only
	say 'vectorscan, literals, warm' --engine vectorscan --vectorscan-mode anchors-only
	say 'vectorscan, literals, 4 shards' --engine vectorscan --vectorscan-mode anchors-only --vectorscan-shards 4
	say 'vectorscan, patterns, cold: shards, then one' --engine vectorscan
	say 'vectorscan, patterns, warm' --engine vectorscan
	say 'vectorscan, patterns, 21 shards' --engine vectorscan --vectorscan-shards 21
} | tee "$home/all"
test "$(cut -d' ' -f1 "$home/all" | sort -u | wc -l)" -eq 1 || { echo 'the reports differ' >&2; exit 1; }

#!/usr/bin/env bash
# The html report in a headless Chromium: installs what is missing, makes the pages, runs browser-test.mjs.
# Chromium is $CHROMIUM, or the system's; root on Debian gets it with apt-get. A new picture for the
# documentation is written with SCREENSHOT=docs/report-html.png.
#
# With --gate, what the machine cannot do is no failure, which is said in one line, and times are told and not judged:
# whatever else runs there decides about them.
set -euo pipefail
cd "$(dirname "$0")/.."
PLAYWRIGHT=playwright-core@1.61.1
work="${CARGO_TARGET_DIR:-target}/browser-test"
mkdir -p "$work"
work="$(cd "$work" && pwd)"

gate=
[ "${1:-}" != --gate ] || gate=1

cannot() {
	if [ -n "$gate" ]; then
		echo "browser test SKIPPED: $1"
		exit 0
	fi
	echo "browser test: $1" >&2
	exit 3
}

# Installing may wait for a network that is not there.
limited() {
	if command -v timeout > /dev/null; then timeout "$@"; else shift && "$@"; fi
}

command -v npm > /dev/null || cannot 'there is no npm; install node'

if [ -z "${CHROMIUM:-}" ] && ! command -v chromium > /dev/null; then
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
		cannot 'there is no chromium; install it, or say where it is with CHROMIUM=<path>'
	fi
	export DEBIAN_FRONTEND=noninteractive
	install=(apt-get install -y --no-install-recommends chromium fonts-dejavu-core)
	limited 240 "${install[@]}" > "$work/apt.log" 2>&1 \
		|| { limited 120 apt-get update > "$work/apt.log" 2>&1 && limited 240 "${install[@]}" >> "$work/apt.log" 2>&1; } \
		|| cannot "apt-get cannot install chromium; see $work/apt.log"
fi
CHROMIUM="${CHROMIUM:-$(command -v chromium)}"
[ -x "$CHROMIUM" ] || cannot "$CHROMIUM is no program"
limited 120 npm install --prefix "$work" --no-audit --no-fund --no-save --silent "$PLAYWRIGHT" \
	|| cannot "npm cannot install $PLAYWRIGHT"

for count in 10 20000; do
	cargo run --quiet -p scanner-report --example sample_report -- "$count" "$work/$count.html"
done
export CHROMIUM BROWSER_TEST_MODULES="$work" BROWSER_TEST_GATE="$gate"
code=0
limited 300 node scripts/browser-test.mjs "$work/10.html" "$work/20000.html" "${SCREENSHOT:-$work/report.png}" || code=$?
[ "$code" -ne 3 ] || cannot 'chromium does not start, or ended by itself; see above'
exit "$code"

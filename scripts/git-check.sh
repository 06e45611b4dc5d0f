#!/bin/sh
# Real repositories against git, and the scan of each against itself: `make git-check REPOS="a.git b.git"`.
#
#   objects    every object hashes to its id, and ids, kinds and sizes are those of `git cat-file --batch-all-objects`
#   findings   the same for 1 to 16 workers, with and without deltas, for any chunk size
#   storage    of repositories up to MIB_MAX MiB: the same repacked to depth 0, 50 and 250, with a multi-pack index, and
#              with loose objects only; and the same as a scan of every object written to a file
#
# Arguments: the folder with the programs, then repositories. The work is done in copies; nothing is changed in place.
set -eu
programs=$1
shift
scanner=$programs/scanner-rs
decode=$programs/examples/decode_all
MIB_MAX=${MIB_MAX:-40}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
SCANNER_SECRET_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
GIT_CONFIG_GLOBAL=/dev/null
XDG_STATE_HOME=$work/state
export SCANNER_SECRET_KEY GIT_CONFIG_GLOBAL XDG_STATE_HOME
failed=0

# check NAME WANTED GOT: two files that must be equal.
check() {
    if cmp -s "$2" "$3"; then
        printf '  %-44s ok (%s lines)\n' "$1" "$(wc -l < "$2")"
    else
        printf '  %-44s DIFFERS\n' "$1"
        diff "$2" "$3" | head -n 4
        failed=1
    fi
}

# findings ARGUMENT...: rule, object, line, column and hash of each secret of a scan, sorted.
findings() {
    code=0
    "$scanner" scan "$@" -q -f jsonl --no-dedup --min-confidence possible --no-store --no-archives > "$work/out" 2> "$work/err" || code=$?
    case $code in 0 | 1) ;; *) cat "$work/err" >&2; echo "exit $code: $*" >&2; return 1 ;; esac
    python3 "$(dirname "$0")/git-findings.py" < "$work/out"
}

for repo; do
    echo "$repo"
    "$decode" "$repo/objects" 4 list > "$work/own"
    git --git-dir="$repo" cat-file --batch-all-objects --batch-check='%(objectname) %(objecttype) %(objectsize)' | LC_ALL=C sort > "$work/git"
    check objects "$work/git" "$work/own"
    findings git "$repo" -j 1 --delta off > "$work/want"
    for flags in '-j 1' '-j 2' '-j 4' '-j 7' '-j 16' '-j 4 --delta off --chunk-size 64K' '-j 3 --chunk-size 16K'; do
        # shellcheck disable=SC2086
        findings git "$repo" $flags > "$work/got"
        check "findings $flags" "$work/want" "$work/got"
    done
    mib=$(du -sm "$repo" | cut -f1)
    test "$mib" -le "$MIB_MAX" || { echo "  storage left out: $mib MiB"; continue; }
    copy=$work/copy.git
    rm -rf "$copy" "$work/files"
    cp -r "$repo" "$copy"
    for depth in 0 50 250; do
        git --git-dir="$copy" -c pack.threads=2 repack -q -a -d -f -k --depth=$depth
        findings git "$copy" -j 4 > "$work/got"
        check "repacked to depth $depth" "$work/want" "$work/got"
    done
    git --git-dir="$copy" multi-pack-index write 2> "$work/err"
    findings git "$copy" -j 4 > "$work/got"
    check 'with a multi-pack index' "$work/want" "$work/got"
    mkdir "$work/packs" "$work/files"
    mv "$copy"/objects/pack/* "$work/packs"
    for pack in "$work"/packs/*.pack; do git --git-dir="$copy" unpack-objects -q < "$pack"; done
    rm -rf "$work/packs"
    findings git "$copy" -j 4 > "$work/got"
    check 'loose objects only' "$work/want" "$work/got"
    grep -v ' tree ' "$work/git" | cut -d' ' -f1 | git --git-dir="$repo" cat-file --batch | python3 "$(dirname "$0")/git-findings.py" "$work/files"
    # What judges generic credentials looks at the kind of file, which an object's id does not tell.
    findings fs "$work/files" --no-ignore -j 4 | grep -v '^generic-' > "$work/got" || true
    grep -v '^generic-' "$work/want" > "$work/other" || true
    check 'every object as a file, generic rules apart' "$work/other" "$work/got"
done
exit $failed

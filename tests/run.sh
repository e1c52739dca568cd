#!/bin/bash
# run.sh OUT [PATTERN] - every test, on both engines, plain and sanitised.
# Prints what fails, and "N passed, N failed" last.
set -u
cd "$(dirname "$0")/.."
out=$1 pattern=${2:-}
jobs=$(nproc)
log=$out/test-logs
rm -rf "$log"; mkdir -p "$log"

make -s -j"$jobs" BUILD="$out/rel" all tests fuzz-replay >"$log/build-rel" 2>&1 || { cat "$log/build-rel"; echo "0 passed, 1 failed"; exit 1; }
make -s -j"$jobs" BUILD="$out/san" SAN=1 all tests fuzz-replay >"$log/build-san" 2>&1 || { cat "$log/build-san"; echo "0 passed, 1 failed"; exit 1; }

. tests/postgres.sh
pg_start "$out/pg" || { echo "PostgreSQL did not start"; echo "0 passed, 1 failed"; exit 1; }
trap 'pg_stop' EXIT
export AMPARO_TEST_PG="$PG_CONNINFO"
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1
export LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0

# One test program: its TAP goes to a log, a crash counts as one failure.
one() {
    name=$(echo "${1##*/} ${2:-}" | tr -c 'a-zA-Z0-9\n.-' _)-$(echo "$*" | cksum | cut -d' ' -f1)
    timeout 600 "$@" >"$log/$name" 2>"$log/$name.err"
    rc=$?
    if [ $rc -ne 0 ] && ! grep -q '^not ok' "$log/$name"; then
        echo "not ok 0 - $1 ended with $rc" >>"$log/$name"
    fi
}
export -f one; export log

list=$( { for kind in san rel; do
        for t in "$out/$kind"/tests/test_*; do [ -x "$t" ] && echo "$t"; done
    done
    for f in "$out"/san/fuzz/fuzz_*; do
        [ -x "$f" ] && echo "$f" tests/fuzz/corpus/"$(basename "$f" | sed s/^fuzz_//)"/*
    done
    for s in tests/cli/*.sh; do [ -x "$s" ] && echo "$s $out/rel/amparo"; done
    for s in tests/browser/test_*.mjs; do [ -f "$s" ] && echo "node $s $out/rel/amparo"; done
  } | grep -F -- "$pattern")
echo "$list" | xargs -P"$jobs" -I{} bash -c 'one {}'

passed=$(cat "$log"/* | grep -c '^ok ')
failed=$(cat "$log"/* | grep -c '^not ok ')
for f in "$log"/*; do
    if grep -q '^not ok' "$f"; then
        echo "== $f"; grep -B8 '^not ok' "$f" | grep -v '^ok'; [ -s "$f.err" ] && tail -25 "$f.err"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]

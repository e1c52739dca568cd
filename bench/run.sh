#!/bin/bash
# run.sh OUT [NAME...] - the benchmarks, each as `figure | value | bound or peer |
# ratio | target`; the table also joins bench/history.md with commit and machine.
#   ./dev bench            all
#   ./dev bench rules flow some
# Folders with public data are read from the environment: AMPARO_LINKAGE (record
# linkage sets), AMPARO_TCK (DMN kit).
set -u
cd "$(dirname "$0")/.."
out=$1; shift
make -s -j"$(nproc)" BUILD="$out/rel" all bench || exit 1
names=${*:-"ledger rules flow match http pages openrosa"}
table=$(mktemp)
for n in $names; do
    echo "== $n"
    if [ -x "bench/bench_$n.sh" ]; then
        "bench/bench_$n.sh" "$out" 2>&1 | tee -a "$table"
    elif [ -x "$out/rel/bench/bench_$n" ]; then
        case $n in match) arg=${AMPARO_LINKAGE:-} ;; *) arg= ;; esac
        # shellcheck disable=SC2086
        "$out/rel/bench/bench_$n" $arg 2>&1 | tee -a "$table"
    fi
done
{
    echo; echo "## $(date -u +%Y-%m-%d) $(git rev-parse --short HEAD), $(nproc) cores, $(uname -m): ./dev bench $names"; echo
    echo "| figure | value | bound or peer | ratio | target |"; echo "|---|---|---|---|---|"
    grep -E '^[^|]+\|[^|]+\|[^|]*\|[^|]*\|' "$table" | sed 's/^ *\(.*[^ ]\) *$/| \1 |/'
} >> bench/history.md
rm -f "$table"

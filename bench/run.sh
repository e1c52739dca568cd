#!/bin/bash
# run.sh OUT [NAME...] [DIR] - the benchmarks, each as `figure | value | bound or peer |
# ratio | target`; the table also joins bench/history.md with commit and machine.
#   ./dev bench                   all
#   ./dev bench rules flow        some
#   ./dev bench match DIR         DIR: public record linkage sets, a folder each
set -u
cd "$(dirname "$0")/.."
out=$1; shift
make -s -j"$(nproc)" BUILD="$out/rel" all bench || exit 1
sets= names=
for a in "$@"; do if [ -d "$a" ]; then sets=$a; else names="$names $a"; fi; done
names=${names:-ledger rules flow match oprf http pages openrosa}
tmp=$(mktemp -d); table=$tmp/table
trap 'rm -rf "$tmp"' EXIT
one() {
    case $1 in
    pages) bench/bench_pages.sh "$out" ;;
    rules) node bench/rules_peers.mjs "$out/rel/bench/bench_rules" ;;
    ledger) mkdir -p "$tmp/ledger" && "$out/rel/bench/bench_ledger" "$tmp/ledger" ;;
    match) "$out/rel/bench/bench_match" ${sets:+"$sets"} ;;
    *) "$out/rel/bench/bench_$1" ;;
    esac
}
for n in $names; do
    echo "== $n"
    one "$n" 2>&1 | tee -a "$table"
done
{
    echo; echo "## $(date -u +%Y-%m-%d) $(git rev-parse --short HEAD), $(nproc) cores, $(uname -m): ./dev bench$(printf " %s" $names)"; echo
    echo "| figure | value | bound or peer | ratio | target |"; echo "|---|---|---|---|---|"
    grep -E '^[^|]+\|[^|]+\|[^|]*\|[^|]*\|' "$table" | sed 's/^ *\(.*[^ ]\) *$/| \1 |/'
} >> bench/history.md

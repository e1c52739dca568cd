#!/bin/bash
# law.sh AMPARO - `amparo law compare`: the same law twice, one changed number,
# files that cannot be read; and the shipped situations are as their maker makes them.
set -u
amparo=$1
cd "$(dirname "$0")/../.." || exit 1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0
ok() { n=$((n + 1)); if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$dir/out"; fi; }
compare() { "$amparo" law compare --situations "packs/$1/situations.csv" --pack "packs/$1" --with "$2" "${@:3}" >"$dir/out" 2>&1; }

for p in py ar lr th; do
    compare "$p" "packs/$p" && tail -1 "$dir/out" | grep -q ' 0 with another answer, 0 that could not'
    ok $? "$p beside itself: nothing changes"
done
sed 's|\(child_labour_14_i1"><text>\)&lt; 14|\1\&lt; 16|' packs/py/decisions/screening.dmn >"$dir/next.dmn"
compare py "$dir/next.dmn" --out "$dir/out.csv" && grep -q '^child_labour .* changed' "$dir/out"
ok $? "one number changed: answers change"
head -1 "$dir/out.csv" | grep -q '^id,entry,before,after,' && grep -q 'child_labour_14 / .*: < 14 -> < 16' "$dir/out.csv"
ok $? "the CSV names row and cell"
sed 's|< 16</text>|< < 16</text>|; s|&lt; 16|\&lt; \&lt; 16|' "$dir/next.dmn" >"$dir/bad.dmn"
! compare py "$dir/bad.dmn" && grep -q 'bad.dmn:[0-9]' "$dir/out"
ok $? "a table that is not FEEL is refused with its line"
printf 'id,shoe_size\nx,41\n' >"$dir/bad.csv"
! "$amparo" law compare --pack packs/py --with packs/py --situations "$dir/bad.csv" >"$dir/out" 2>&1 && grep -q 'line 1' "$dir/out"
ok $? "a column that nobody asks for is refused with its line"
! "$amparo" law compare --pack packs/py >"$dir/out" 2>&1
ok $? "half a question is refused"
node tools/situations.mjs --check >"$dir/out"
ok $? "the shipped situations are as tools/situations.mjs makes them"
echo "1..$n"

#!/bin/sh
# rules.sh AMPARO - "rules check" names file, table and row; the packs pass.
cd "$(dirname "$0")/../.." || exit 1
amparo=$1 dir=$(mktemp -d) n=0 bad=0
trap 'rm -rf "$dir"' EXIT
say() { n=$((n + 1)); if [ "$1" = 0 ]; then echo "ok $n - $2"; else bad=1; echo "not ok $n - $2"; fi; }

"$amparo" rules check packs/py packs/ar packs/lr packs/th >"$dir/out"
say $? "four packs pass rules check"
tail -1 "$dir/out" | grep -q ': 0 errors, 0 warnings,'; say $? "no gaps, no overlaps that matter"

mkdir -p "$dir/p/decisions"
cp packs/py/decisions/signal.dmn "$dir/p/decisions/"
sed -i -e 's/PY-D01/PY-ZZZ/' -e 's/>"orange"</>"orange" + tomorrow</' "$dir/p/decisions/signal.dmn"
cp -r packs/py/. "$dir/law"; cp "$dir/p/decisions/signal.dmn" "$dir/law/decisions/"
"$amparo" rules check "$dir/law/decisions/signal.dmn" >"$dir/out"
[ $? = 1 ]; say $? "mistakes end with 1"
grep -q 'signal.dmn:15: error: name: table first_urgency, row 2, unknown name: tomorrow' "$dir/out"; say $? "file, table and row of an unknown name"
sed -i 's/ + tomorrow//' "$dir/law/decisions/signal.dmn"
"$amparo" rules check "$dir/law/decisions/signal.dmn" >"$dir/out"
grep -q 'row 1, .*PY-ZZZ' "$dir/out"; say $? "an article that is not in the law base"
"$amparo" rules check "$dir/nothing.dmn" >/dev/null 2>&1
[ $? = 2 ]; say $? "nothing to read ends with 2"

printf 'id,age_years,works,work_for\na,13,yes,others\nb,old,yes,others\n' >"$dir/s.csv"
"$amparo" law check "$dir/s.csv" --pack packs/py --out "$dir/r.csv" >/dev/null 2>"$dir/err"
[ $? = 1 ]; say $? "situations with a mistake end with 1"
grep -q '^2,a,,.*child_labour' "$dir/r.csv" && grep -q '^3,,"line 3, column age_years' "$dir/r.csv"; say $? "the others are answered, the mistake has its line"
grep -q '^line 3, column age_years' "$dir/err"; say $? "and is told"
"$amparo" law check "$dir/s.csv" --pack packs/py --out "$dir/r.csv" >/dev/null 2>&1
[ $? = 1 ]; say $? "a file is never overwritten"
echo "1..$n"
exit $bad

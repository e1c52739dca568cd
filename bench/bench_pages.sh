#!/bin/bash
# bench_pages.sh OUT - My work, the case page and the list of cases under 20 officers,
# beside a static page of 2 kB on the same HTTP library and beside Fossil with 20,000
# tickets.  All are loaded in turns of one run, so only the ratios mean something.
#   AMPARO_BENCH_CASES   the large country (default 20000; the target speaks of 100000)
#   AMPARO_BENCH_KEEP    a folder for the filled countries, kept for the next run
#   AMPARO_BENCH_MS      milliseconds per page and server (default 5000)
#   AMPARO_BENCH_EXE     another program than OUT/rel/amparo
# The large country is filled with at most two steps taken per case (demo --turns 2):
# what is open then is what the lists must read.
#
# Three figures for each page.  "standing still": nothing is written meanwhile, so
# finished pages are given again (docs/decisions/0005): the target is compared with
# this one, since the static page does not change either.  "a change every 100 ms":
# an officer pauses and resumes a step ten times a second.  "made anew": a server
# that gives no page twice.  Growth is told for pages made anew: what is given again
# does not depend on the number of cases.
set -u
cd "$(dirname "$0")/.." || exit 1
out=${1:-build}
exe=${AMPARO_BENCH_EXE:-$out/rel/amparo} load=$out/rel/bench/bench_pages still=$out/rel/bench/bench_http
large=${AMPARO_BENCH_CASES:-20000} small=2000 ms=${AMPARO_BENCH_MS:-5000} users=20
tmp=$(mktemp -d)
keep=${AMPARO_BENCH_KEEP:-$tmp}
pids=
trap 'for p in $pids; do kill "$p" 2>/dev/null; done; wait 2>/dev/null; rm -rf "$tmp"' EXIT
mkdir -p "$keep"

fill() {    # CASES: a country of so many cases
    [ -f "$keep/d$1/filled" ] && return
    "$exe" demo --cases "$1" --turns 2 --data "$keep/d$1" >"$tmp/fill" && : >"$keep/d$1/filled"
}
now_ms() { echo $(($(date +%s%N) / 1000000)); }
serve() {   # CASES PORT NAME [OPTION]: starts, says how many ms until it listens
    local from; from=$(now_ms)
    "$exe" serve --data "$keep/d$1" --port "$2" ${4:-} >"$tmp/serve$3" 2>&1 &
    echo $! >"$tmp/pid$3"
    pids="$pids $(cat "$tmp/pid$3")"
    for _ in $(seq 3000); do
        (: </dev/tcp/127.0.0.1/"$2") 2>/dev/null && break
        sleep 0.01
    done
    echo $(($(now_ms) - from)) >"$tmp/start$3"
}
cpu_of() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
# After it listens the index of persons is filled; until then its thread would weigh on one side.
settle() {  # NAME: how many seconds until it rests
    local pid was now n=0
    pid=$(cat "$tmp/pid$1"); was=$(cpu_of "$pid")
    while [ $n -lt 600 ]; do
        sleep 2; n=$((n + 2)); now=$(cpu_of "$pid")
        [ $((now - was)) -le 4 ] && break
        was=$now
    done
    echo $n >"$tmp/settle$1"
}
stop() {    # NAME
    kill "$(cat "$tmp/pid$1")" 2>/dev/null
    wait "$(cat "$tmp/pid$1")" 2>/dev/null
}
anon_kb() { awk '/^RssAnon/ { print $2 }' "/proc/$1/status"; }
sign_in() { # PORT LOGIN: the cookie of a session
    local jar=$tmp/jar.$2 token
    token=$(curl -s -c "$jar" "http://127.0.0.1:$1/sign-in" | grep -o 'name="token" value="[^"]*"' | head -1 | cut -d'"' -f4)
    curl -s -o /dev/null -b "$jar" -c "$jar" --data-urlencode "token=$token" -d "to=/work" -d "login=$2" \
        -d password=amparo-demo "http://127.0.0.1:$1/sign-in"
    awk '!/^# / && NF >= 7 { printf "%s%s=%s", sep, $6, $7; sep = "; " }' "$jar"
}
# The offices with most to do; each officer's My work and the cases on it.
requests() { # CASES PORT NAME
    local office login cookie
    : >"$tmp/work$3"; : >"$tmp/case$3"; : >"$tmp/cases$3"
    sqlite3 "$keep/d$1/tables.db" "SELECT office FROM obligation WHERE state = 'due' GROUP BY office ORDER BY count(*) DESC LIMIT $users" |
    while read -r office; do
        login=${office//_/-}
        cookie=$(sign_in "$2" "$login")
        printf '/work\t%s\n' "$cookie" >>"$tmp/work$3"
        printf '/cases\t%s\n' "$cookie" >>"$tmp/cases$3"
        curl -s -b "$cookie" "http://127.0.0.1:$2/work" | grep -o '/case/[0-9A-Za-z-]*"' | tr -d '"' | sort -u | head -40 |
            while read -r path; do printf '%s\t%s\n' "$path" "$cookie"; done >>"$tmp/part.$login"
    done
    # one case of each officer in turn
    paste -d'\n' "$tmp"/part.* | grep . >"$tmp/case$3"
    rm -f "$tmp"/part.*
}
# An officer pauses and resumes one of her steps.
changes() { # PORT NAME
    local cookie step token
    cookie=$(head -1 "$tmp/work$2" | cut -f2)
    step=$(curl -s -b "$cookie" "http://127.0.0.1:$1/work" | grep -o '/step/[0-9A-Za-z-]*"' | tail -1 | tr -d '"')
    token=$(curl -s -b "$cookie" "http://127.0.0.1:$1$step" | grep -o 'name="token" value="[^"]*"' | head -1 | cut -d'"' -f4)
    printf '%s\t%s/pause\t%s\ttoken=%s&why=order&reason=medida\n' "$1" "$step" "$cookie" "$token" >"$tmp/changes"
    printf '%s\t%s/resume\t%s\ttoken=%s\n' "$1" "$step" "$cookie" "$token" >>"$tmp/changes"
}
tickets() { # a Fossil repository with 20,000 tickets, written to its own tables
    export HOME=$tmp USER=bench
    fossil init "$tmp/r.fossil" >/dev/null || return 1
    fossil sql -R "$tmp/r.fossil" >/dev/null <<'SQL'
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
INSERT INTO ticket (tkt_uuid, tkt_mtime, tkt_ctime, type, status, subsystem, priority, severity, title, comment)
SELECT lower(hex(randomblob(20))), julianday('now') - i % 400, julianday('now') - i % 400 - 1, 'Incident',
  CASE i % 5 WHEN 0 THEN 'Closed' ELSE 'Open' END, 'office' || (i % 100), 'High', 'Severe',
  'adolescente, casa particular ' || i, 'Texto inventado de la demostración, ' || i FROM n;
INSERT INTO ticketchng (tkt_id, tkt_mtime, tkt_user, login, mimetype, icomment)
SELECT tkt_id, tkt_mtime, 'bench', 'bench', 'text/plain', 'Hecho (demostración).' FROM ticket;
INSERT INTO reportfmt (rn, owner, title, mtime, cols, sqlcode) VALUES (2, 'bench', 'Fifty', 0, '',
  'SELECT substr(tkt_uuid,1,10) AS ''#'', datetime(tkt_mtime) AS ''mtime'', type, status, subsystem, title FROM ticket WHERE status = ''Open'' AND subsystem = ''office7'' ORDER BY tkt_mtime LIMIT 50');
SQL
    fossil sql -R "$tmp/r.fossil" "SELECT '/tktview?name=' || tkt_uuid FROM ticket ORDER BY random() LIMIT 800" |
        tr -d "'" | while read -r path; do printf '%s\t\n' "$path"; done >"$tmp/ticket"
    printf '/rptview?rn=1\t\n' >"$tmp/list"
    printf '/rptview?rn=2\t\n' >"$tmp/fifty"
    fossil server --port "$1" "$tmp/r.fossil" >"$tmp/fossil.log" 2>&1 &
    pids="$pids $!"
    sleep 1
}
row() { printf '%s | %s | %s | %s | %s\n' "$@"; }
per() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b > 0 ? a / b : 0) }'; }
ms_of() { awk -v u="$1" 'BEGIN { printf "%.1f", u / 1000 }'; }
# No worse than logarithmic: log(small) / log(large) of the small country's rate.
bound=$(awk -v a=$small -v b="$large" 'BEGIN { printf "%.2f", log(a) / log(b) }')

fill $small; fill "$large"
for n in $small "$large"; do    # tables older than the program are made again now, not while we time
    "$exe" user list --data "$keep/d$n" >"$tmp/users"
done
base=$((20000 + $$ % 10000))
serve $small $base small; serve "$large" $((base + 1)) large
"$still" --serve $((base + 2)) & pids="$pids $!"
sleep 0.3
settle small; settle large
requests $small $base small; requests "$large" $((base + 1)) large
changes $((base + 1)) large
printf '/\t\n' >"$tmp/still"

given() { # NAME, TITLE, TARGET: the large country's page while nothing, or something, is written
    local s b b50 b95 bw bytes sent cw
    "$load" "$ms" $users "$tmp/still" $((base + 2)) "$tmp/$1large" $((base + 1)) >"$tmp/got"
    { read -r s _; read -r b b50 b95 _ bw bytes; } <"$tmp/got"
    row "$2, $large cases, $users users, standing still, requests/s" "$b ($bytes bytes, $bw refused)" "static 2 kB page $s" "$(per "$b" "$s")" "$3"
    row "$2, standing still, p95 ms" "$(ms_of "$b95")" "p50 $(ms_of "$b50")" "-" "< 100"
    CHANGES=$tmp/changes "$load" "$ms" $users "$tmp/still" $((base + 2)) "$tmp/$1large" $((base + 1)) >"$tmp/got"
    { read -r s _; read -r b b50 b95 _ bw bytes; read -r sent cw; } <"$tmp/got"
    row "$2, a change every 100 ms, requests/s" "$b ($bw refused; $sent changes, $cw refused)" "static 2 kB page $s" "$(per "$b" "$s")" "$3"
    row "$2, a change every 100 ms, p95 ms" "$(ms_of "$b95")" "p50 $(ms_of "$b50")" "-" "< 100"
}
given work "My work" ">= 0.30"
given case "case page" ">= 0.30"
given cases "list of cases" "-"
GZIP_OK=1 "$load" "$ms" $users "$tmp/still" $((base + 2)) "$tmp/worklarge" $((base + 1)) >"$tmp/got"
{ read -r s _; read -r b b50 b95 _ bw bytes; } <"$tmp/got"
row "My work, gzip on both, standing still, requests/s" "$b ($bytes bytes, $bw refused)" "static 2 kB page $s" "$(per "$b" "$s")" "-"

if tickets $((base + 3)); then
    beside() { # FILE OF OURS, FILE OF FOSSIL, NAME, TARGET
        "$load" "$ms" $users "$tmp/$1large" $((base + 1)) "$tmp/$2" $((base + 3)) >"$tmp/got"
        { read -r a _ _ _ aw _; read -r b _ _ _ bw bytes; } <"$tmp/got"
        row "$3, requests/s" "$a ($aw refused)" "Fossil $(fossil version | awk '{ print $5 }') $b ($bytes bytes, $bw refused)" "$(per "$a" "$b")" "$4"
    }
    beside work list "My work beside its list of 20,000 tickets" ">= 10"
    beside work fifty "My work beside its report of 50 tickets" ">= 10"
    beside case ticket "case page beside its ticket page" ">= 5"
fi

pid=$(cat "$tmp/pidlarge")
row "serve at $large cases: anonymous memory, MiB" "$(($(anon_kb "$pid") / 1024))" "after the load above" "-" "< 128"
row "serve at $large cases: start to listening, ms" "$(cat "$tmp/startlarge")" "$small cases: $(cat "$tmp/startsmall"); persons indexed after at most $(cat "$tmp/settlelarge") s" "-" "< 1000"

# What a page weighs for a browser that has nothing of ours yet.
weight() { # FILE, NAME
    local path cookie css page
    path=$(head -1 "$tmp/$1large" | cut -f1); cookie=$(head -1 "$tmp/$1large" | cut -f2)
    curl -s -b "$cookie" -H 'Accept-Encoding: gzip' "http://127.0.0.1:$((base + 1))$path" >"$tmp/page.gz"
    css=$(gzip -dc "$tmp/page.gz" | grep -o '/static/style[^"]*' | head -1)
    page=$(stat -c %s "$tmp/page.gz")
    css=$(curl -s -H 'Accept-Encoding: gzip' "http://127.0.0.1:$((base + 1))$css" | wc -c)
    row "$2, HTML and CSS gzipped, bytes" "$((page + css))" "$page HTML, $css CSS" "-" "<= 14336"
}
weight work "My work"
weight case "case page"

# Every page made anew, of both countries and of the static server in turn.
stop small; stop large
serve $small $base small --anew; serve "$large" $((base + 1)) large --anew
settle small; settle large
requests $small $base small; requests "$large" $((base + 1)) large
anew() { # NAME, TITLE
    "$load" "$ms" $users "$tmp/still" $((base + 2)) "$tmp/$1small" $base "$tmp/$1large" $((base + 1)) >"$tmp/got"
    { read -r s _; read -r a _ _ _ aw _; read -r b b50 b95 _ bw bytes; } <"$tmp/got"
    row "$2, $large cases, made anew, requests/s" "$b ($bytes bytes, $bw refused)" "static 2 kB page $s" "$(per "$b" "$s")" "-"
    row "$2, made anew, p95 ms" "$(ms_of "$b95")" "p50 $(ms_of "$b50")" "-" "< 100"
    row "$2, made anew, growth from $small cases" "$b" "$a ($aw refused)" "$(per "$b" "$a")" ">= $bound (log)"
}
anew work "My work"
anew case "case page"
anew cases "list of cases"
row "serve at $large cases, made anew: anonymous memory, MiB" "$(($(anon_kb "$(cat "$tmp/pidlarge")") / 1024))" "after the load above" "-" "< 128"

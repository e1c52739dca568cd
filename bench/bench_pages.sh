#!/bin/bash
# bench_pages.sh OUT - My work and the case page under 20 officers, beside a static
# page of 2 kB on the same HTTP library and beside Fossil with 20,000 tickets.
# All are loaded in turns of one run, so only the ratios mean something.
#   AMPARO_BENCH_CASES   the large country (default 20000; the target speaks of 100000)
#   AMPARO_BENCH_KEEP    a folder for the filled countries, kept for the next run
#   AMPARO_BENCH_MS      milliseconds per page and server (default 5000)
# The large country is filled with at most two steps taken per case (demo --turns 2):
# what is open then is what the lists must read.
set -u
cd "$(dirname "$0")/.." || exit 1
out=${1:-build}
exe=$out/rel/amparo load=$out/rel/bench/bench_pages still=$out/rel/bench/bench_http
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
serve() {   # CASES PORT: starts, says how many ms until it listens
    local from; from=$(now_ms)
    "$exe" serve --data "$keep/d$1" --port "$2" >"$tmp/serve$1" 2>&1 &
    echo $! >"$tmp/pid$1"
    pids="$pids $(cat "$tmp/pid$1")"
    for _ in $(seq 3000); do
        (: </dev/tcp/127.0.0.1/"$2") 2>/dev/null && break
        sleep 0.01
    done
    echo $(($(now_ms) - from)) >"$tmp/start$1"
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
requests() { # CASES PORT
    local office login cookie
    : >"$tmp/work$1"; : >"$tmp/case$1"; : >"$tmp/cases$1"
    sqlite3 "$keep/d$1/tables.db" "SELECT office FROM obligation WHERE state = 'due' GROUP BY office ORDER BY count(*) DESC LIMIT $users" |
    while read -r office; do
        login=${office//_/-}
        cookie=$(sign_in "$2" "$login")
        printf '/work\t%s\n' "$cookie" >>"$tmp/work$1"
        printf '/cases\t%s\n' "$cookie" >>"$tmp/cases$1"
        curl -s -b "$cookie" "http://127.0.0.1:$2/work" | grep -o '/case/[0-9A-Za-z-]*"' | tr -d '"' | sort -u | head -40 |
            while read -r path; do printf '%s\t%s\n' "$path" "$cookie"; done >>"$tmp/part.$login"
    done
    # one case of each officer in turn
    paste -d'\n' "$tmp"/part.* | grep . >"$tmp/case$1"
    rm -f "$tmp"/part.*
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

fill $small; fill "$large"
for n in $small "$large"; do    # tables older than the program are made again now, not while we time
    "$exe" user list --data "$keep/d$n" >"$tmp/users"
done
base=$((20000 + $$ % 10000))
serve $small $base; serve "$large" $((base + 1))
"$still" --serve $((base + 2)) & pids="$pids $!"
sleep 0.3
requests $small $base; requests "$large" $((base + 1))
printf '/\t\n' >"$tmp/still"

pair() { # NAME: in one run the static page, the small and the large country
    "$load" "$ms" $users "$tmp/still" $((base + 2)) "$tmp/$1$small" $base "$tmp/$1$large" $((base + 1)) >"$tmp/got"
    { read -r s _; read -r a _ a95 _ aw _; read -r b b50 b95 _ bw bytes; } <"$tmp/got"
    row "$2, $large cases, $users users, requests/s" "$b ($bytes bytes, $bw refused)" "static 2 kB page $s" "$(per "$b" "$s")" "$3"
    row "$2, p95 ms" "$(ms_of "$b95")" "p50 $(ms_of "$b50")" "-" "< 100"
    row "$2, growth from $small cases" "$b" "$a ($aw refused)" "$(per "$b" "$a")" ">= 0.77 (log)"
}
pair work "My work" ">= 0.30"
pair case "case page" ">= 0.30"
pair cases "list of cases" "-"
GZIP_OK=1 pair work "My work, gzip on both" "-"

if tickets $((base + 3)); then
    beside() { # FILE OF OURS, FILE OF FOSSIL, NAME, TARGET
        "$load" "$ms" $users "$tmp/$1$large" $((base + 1)) "$tmp/$2" $((base + 3)) >"$tmp/got"
        { read -r a _ _ _ aw _; read -r b _ _ _ bw bytes; } <"$tmp/got"
        row "$3, requests/s" "$a ($aw refused)" "Fossil $(fossil version | awk '{ print $5 }') $b ($bytes bytes, $bw refused)" "$(per "$a" "$b")" "$4"
    }
    beside work list "My work beside its list of 20,000 tickets" ">= 10"
    beside work fifty "My work beside its report of 50 tickets" ">= 10"
    beside case ticket "case page beside its ticket page" ">= 5"
fi

pid=$(cat "$tmp/pid$large")
row "serve at $large cases: anonymous memory, MiB" "$(($(anon_kb "$pid") / 1024))" "after the load above" "-" "< 128"
row "serve at $large cases: start to listening, ms" "$(cat "$tmp/start$large")" "$small cases: $(cat "$tmp/start$small")" "-" "< 1000"

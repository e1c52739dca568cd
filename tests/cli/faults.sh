#!/bin/bash
# faults.sh AMPARO - what people read when something outside breaks, and that the
# node works again afterwards.  TAP.  The ledger's own faults (every statement and
# allocation refused, a full disk, a clock set back, a database that goes) are in
# test_ledger_faults, kill -9 in test_kill9, slow heads and limits in test_http.
set -u
exe=$(realpath "$1")
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d)
n=0 pids=
trap 'for p in $pids; do kill "$p" 2>/dev/null; done; wait 2>/dev/null; rm -rf "$tmp"' EXIT
ok() { n=$((n + 1)); if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi; }
# NAME WANTED-RESULT TEXT COMMAND...: refused, and the message says TEXT
says() {
    local name=$1 text=$2; shift 2
    "$@" >"$tmp/out" 2>"$tmp/err"
    local rc=$?
    [ $rc -ne 0 ] && [ $rc -lt 126 ] && grep -qi -- "$text" "$tmp/err"
    local good=$?
    ok $good "$name"
    [ $good = 0 ] || sed 's/^/# /' "$tmp/err"
}
works() { local name=$1; shift; "$@" >"$tmp/out" 2>"$tmp/err"; local rc=$?; ok $rc "$name"; [ $rc = 0 ] || sed 's/^/# /' "$tmp/err"; }

d=$tmp/node
AMPARO_PASSPHRASE=uno "$exe" init --data "$d" >"$tmp/sheet" 2>&1; ok $? "a node with a passphrase"
export AMPARO_PASSPHRASE=uno
works "an officer" sh -c "echo clave-larga-1 | '$exe' user add ana --name Ana --office codeni-filadelfia --data '$d'"

works "asked for help, a command only explains itself" sh -c "cd '$tmp' && '$exe' demo --help | grep -q 'fictional' && ! [ -e amparo-demo ]"

# ---- keys
AMPARO_PASSPHRASE=dos says "a wrong passphrase is called so" "passphrase" "$exe" verify --data "$d"
cp "$d/node.key" "$tmp/key"; printf 'not a key\n' >"$d/node.key"
says "a broken key file is called so" "key" "$exe" verify --data "$d"
cp "$tmp/key" "$d/node.key"
works "the right key opens" "$exe" verify --data "$d"

# ---- backups
works "a backup" "$exe" backup "$tmp/b" --data "$d"
size=$(stat -c %s "$tmp/b")
for part in 0 1 100 $((size / 2)) $((size - 1)); do
    head -c "$part" "$tmp/b" >"$tmp/cut"
    says "a backup of $part of its bytes is refused" "backup" "$exe" restore "$tmp/cut" --data "$tmp/r$part"
    [ ! -e "$tmp/r$part/ledger.db" ] && [ ! -e "$tmp/r$part/node.key" ]; ok $? "and leaves nothing behind"
done
works "the whole backup is restored" "$exe" restore "$tmp/b" --data "$tmp/whole"
works "and verifies" "$exe" verify --data "$tmp/whole"

# ---- a full disk: a file may not grow
(ulimit -f $(($(stat -c %s "$d/ledger.db-wal" 2>/dev/null || echo 0) / 1024 + 8)); trap '' XFSZ
 "$exe" backup "$tmp/full" --data "$d") >"$tmp/out" 2>"$tmp/err"
[ $? -ne 0 ] && grep -qi "disk\|space\|full" "$tmp/err"; good=$?; ok $good "a backup on a full disk says so"
[ $good = 0 ] || sed 's/^/# /' "$tmp/err"
[ ! -e "$tmp/full" ]; ok $? "and no half a backup stays"
works "nothing is lost by it" "$exe" verify --data "$d"

# ---- a pack with errors
says "a pack without its file is refused" "pack" "$exe" verify --data "$d" --pack "$tmp"
cp -r tests/data/pack-small "$tmp/pack" && echo "nobody,no" >>"$tmp/pack/roles.csv"
"$exe" pack check "$tmp/pack" >"$tmp/out" 2>&1
[ $? -ne 0 ] && grep -q '\.csv:[0-9]' "$tmp/out"; ok $? "pack check names file and line"

# ---- a second process that reads a serving node's files does not hurt it
port=$((21000 + $$ % 9000))
"$exe" serve --data "$d" --port $port >"$tmp/serve" 2>&1 & pids="$pids $!"
for _ in $(seq 300); do (: </dev/tcp/127.0.0.1/$port) 2>/dev/null && break; sleep 0.1; done
code() { curl -s -o "$tmp/page" -w '%{http_code}' "http://127.0.0.1:$1$2"; }
[ "$(code $port /sign-in)" = 200 ]; ok $? "it serves"
for _ in 1 2 3; do "$exe" user list --data "$d" >"$tmp/out" 2>&1; done
[ -e "$d/tables.db-wal" ] && [ -e "$d/ledger.db-wal" ]; ok $? "the logs of the databases are still there"
[ "$(code $port /sign-in)" = 200 ]; ok $? "and it serves on"

# ---- the database goes and comes
. tests/postgres.sh
if pg_start "$tmp/pg"; then
    pg="postgres:$PG_CONNINFO" port=$((port + 1))
    AMPARO_PASSPHRASE=uno works "a node on PostgreSQL" "$exe" init --data "$tmp/p" --db "$pg"
    "$exe" serve --data "$tmp/p" --db "$pg" --port $port >"$tmp/serve2" 2>&1 & pids="$pids $!"
    for _ in $(seq 300); do (: </dev/tcp/127.0.0.1/$port) 2>/dev/null && break; sleep 0.1; done
    # the answer to a sign-in, or to the form before it when that is refused already
    login() {
        local c t; c=$(curl -s -o "$tmp/page" -w '%{http_code}' -c "$tmp/jar" "http://127.0.0.1:$port/sign-in")
        t=$(grep -o 'name="token" value="[^"]*"' "$tmp/page" | head -1 | cut -d'"' -f4)
        if [ "$c" != 200 ]; then echo "$c"; return; fi
        curl -s -o "$tmp/page" -w '%{http_code}' -b "$tmp/jar" -d "token=$t" -d login=nobody -d password=nothing-at-all "http://127.0.0.1:$port/sign-in"
    }
    case $(login) in 4??) true ;; *) false ;; esac; ok $? "a wrong password is refused as such"
    as_pg "$pg_bin/pg_ctl" -s -m immediate -D "$pg_dir/data" stop
    c=$(login)
    [ "$c" = 503 ]; ok $? "the database is gone: 503 ($c)"
    grep -q '<h1\|try again' "$tmp/page"; ok $? "and words that a person can read"
    as_pg "$pg_bin/pg_ctl" -s -w -D "$pg_dir/data" -l "$pg_dir/log" -o "-c listen_addresses='' -k $pg_dir" start
    for _ in $(seq 50); do c=$(login); [ "$c" != 503 ] && break; sleep 0.2; done
    case $c in 4??) true ;; *) false ;; esac; ok $? "it is back: answers as before, without a restart ($c)"
    pg_stop
else
    echo "# no PostgreSQL"
fi
echo "1..$n"

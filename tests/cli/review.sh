#!/bin/bash
# review.sh AMPARO - attacks that worked once, each tried again on a demo.
set -u
amparo=$1
cd "$(dirname "$0")/../.." || exit 1
dir=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
"$amparo" demo --data "$dir/data" --cases 48 --serve --port "$port" >"$dir/log" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
for _ in $(seq 600); do
    grep -q "127.0.0.1:$port" "$dir/log" && break
    kill -0 "$pid" 2>/dev/null || { cat "$dir/log"; echo "not ok 0 - demo did not start"; exit 1; }
    sleep 0.2
done
node tests/review.mjs "$port"

#!/bin/bash
# proxy.sh AMPARO - behind a real proxy (nginx), as docs/administrators.md says: TLS
# ends there, the cookie is a secure one, limits count the visitor's address and not
# the proxy's; and without --trust-proxy nobody believes those headers.  TAP.
set -u
exe=$(realpath "$1")
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d)
n=0 pids=
trap 'for p in $pids; do kill "$p" 2>/dev/null; done; wait 2>/dev/null; rm -rf "$tmp"' EXIT
ok() { n=$((n + 1)); if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi; }
is() { [ "$1" = "$2" ]; local good=$?; ok $good "$3"; [ $good = 0 ] || echo "# \"$1\", not \"$2\""; }
nginx=$(command -v nginx || echo /usr/sbin/nginx)
[ -x "$nginx" ] || { echo "1..0 # SKIP no nginx"; exit 0; }
free_port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }
up() { for _ in $(seq 100); do curl -s -o /dev/null "$1" && return 0; sleep 0.1; done; return 1; }

d=$tmp/node
"$exe" init --no-passphrase --data "$d" >/dev/null 2>&1
echo clave-larga-1 | "$exe" user add ana --name Ana --office codeni-filadelfia --data "$d" >/dev/null 2>&1
ok $? "a node with an officer"

plain=$(free_port) secure=$(free_port) back=$(free_port)
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/key.pem" -out "$tmp/cert.pem" -days 2 -subj /CN=localhost >/dev/null 2>&1
mkdir "$tmp/nginx"
cat >"$tmp/nginx.conf" <<TEXT
daemon off;
pid $tmp/nginx/pid;
error_log $tmp/nginx/error.log;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path $tmp/nginx/body; proxy_temp_path $tmp/nginx/proxy;
    fastcgi_temp_path $tmp/nginx/f; uwsgi_temp_path $tmp/nginx/u; scgi_temp_path $tmp/nginx/s;
    server {
        listen 127.0.0.1:$plain;
        listen 127.0.0.1:$secure ssl;
        ssl_certificate $tmp/cert.pem; ssl_certificate_key $tmp/key.pem;
        location / {
            proxy_pass http://127.0.0.1:$back;
            proxy_set_header Host \$host;
            proxy_set_header X-Forwarded-For \$remote_addr;
            proxy_set_header X-Forwarded-Proto \$scheme;
            client_max_body_size 20m;
        }
    }
}
TEXT
"$nginx" -c "$tmp/nginx.conf" -p "$tmp/nginx" >"$tmp/nginx.out" 2>&1 & pids="$pids $!"
serve() { "$exe" serve --data "$d" --port "$back" "$@" >"$tmp/serve.log" 2>&1 & server=$!; pids="$pids $server"; up "http://127.0.0.1:$back/"; }
stop() { kill "$server"; wait "$server" 2>/dev/null; }

# VISITOR CURL-OPTIONS... URL: from an address of its own, as another visitor would be
from() { local who=$1; shift; curl -sk --interface "127.0.0.$who" "$@"; }
# A wrong receipt from this visitor; prints "wrong" or "wait".
guess() {
    local who=$1 base=$2; shift 2
    local token; token=$(from "$who" "$base/receipt" | grep -o 'name="token" value="[^"]*"' | head -1 | sed 's/.*value="//;s/"$//')
    from "$who" "$@" --data-urlencode "token=$token" --data-urlencode "receipt=0000 0000 0000 0000" "$base/receipt" >"$tmp/guess"
    if grep -q "Demasiados\|demasiados\|Esper" "$tmp/guess"; then echo wait; elif grep -q "wrong" "$tmp/guess"; then echo wrong; else echo other; fi
}
sign_in() {     # BASE: the head of the answer to a right password
    local token; token=$(from 9 "$1/sign-in" | grep -o 'name="token" value="[^"]*"' | head -1 | sed 's/.*value="//;s/"$//')
    from 9 -D - -o /dev/null --data-urlencode "token=$token" -d login=ana -d password=clave-larga-1 "$1/sign-in" | tr -d '\r'
}

serve --trust-proxy; ok $? "serves behind the proxy"
is "$(from 2 -o /dev/null -w '%{http_code}' "https://127.0.0.1:$secure/")" 200 "the public page over HTTPS"
is "$(from 2 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$plain/")" 200 "and over HTTP"
sign_in "https://127.0.0.1:$secure" >"$tmp/head"
grep -qi '^set-cookie: __Host-amparo=.*; Path=/.*Secure; HttpOnly; SameSite=Strict' "$tmp/head"; ok $? "over HTTPS the session's cookie is a secure one"
grep -qi '^location: /work' "$tmp/head"; ok $? "and the way goes on inside the site"
from 2 -D - -o /dev/null "https://127.0.0.1:$secure/" | grep -qi '^strict-transport-security:'; ok $? "the browser is told to keep to HTTPS"
sign_in "http://127.0.0.1:$plain" >"$tmp/head"
grep -qi '^set-cookie: amparo=' "$tmp/head" && ! grep -qi 'secure' "$tmp/head"; ok $? "over HTTP it is no secure cookie, and does not say so"

s=https://127.0.0.1:$secure
for _ in 1 2 3 4 5; do last=$(guess 2 "$s"); done
is "$last" wrong "five wrong receipts are told"
is "$(guess 2 "$s")" wait "the sixth waits"
is "$(guess 3 "$s")" wrong "another visitor does not: the address is the visitor's, not the proxy's"
is "$(guess 2 "$s" -H "X-Forwarded-For: 9.9.9.9")" wait "who writes the header herself gains nothing: the proxy sets it"

# The proxy is one address for everybody: more connections than one visitor may hold.
fds=
for _ in $(seq 60); do exec {fd}<>"/dev/tcp/127.0.0.1/$back" && fds="$fds $fd"; done
is "$(from 2 -m 5 -o /dev/null -w '%{http_code}' "$s/")" 200 "sixty connections of the proxy do not shut the door"
for fd in $fds; do exec {fd}>&-; done
stop

serve; ok $? "serves without a proxy to trust"
p=http://127.0.0.1:$back
for i in 1 2 3 4 5; do last=$(guess 4 "$p" -H "X-Forwarded-For: 10.0.0.$i"); done
is "$last" wrong "five wrong receipts, each with another forged address"
is "$(guess 4 "$p" -H "X-Forwarded-For: 10.0.0.77")" wait "the sixth waits: the header counts for nothing"
token=$(from 9 "$p/sign-in" | grep -o 'name="token" value="[^"]*"' | head -1 | sed 's/.*value="//;s/"$//')
from 9 -D - -o /dev/null -H "X-Forwarded-Proto: https" --data-urlencode "token=$token" -d login=ana -d password=clave-larga-1 "$p/sign-in" >"$tmp/head"
grep -qi '^set-cookie: amparo=' "$tmp/head" && ! grep -qi '^strict-transport' "$tmp/head"; ok $? "and nobody is talked into believing in HTTPS"
fds=
for _ in $(seq 60); do exec {fd}<>"/dev/tcp/127.0.0.1/$back" 2>/dev/null && fds="$fds $fd"; done
sleep 0.3
is "$(curl -s -m 3 -o /dev/null -w '%{http_code}' "$p/")" 000 "one address holds only so many connections"
for fd in $fds; do exec {fd}>&-; done
stop
echo "1..$n"

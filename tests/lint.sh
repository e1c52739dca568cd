#!/bin/bash
# lint.sh OUT - the arrows between rooms, the banned words, clang-tidy.
set -u
cd "$(dirname "$0")/.."
bad=0
node tests/floors.mjs || bad=1
grep -rnE '\b(strcpy|strcat|sprintf|gets|strtok|atoi|localtime|gmtime|system|popen|setlocale|strerror|rand)\(' src && { echo "lint: banned word above"; bad=1; }
if [ "${1:-}" ] && [ -z "${QUICK:-}" ]; then
    flags="-D_GNU_SOURCE -Isrc -Itests -std=gnu17 $(pkg-config --cflags sqlite3 libpq libsodium libmicrohttpd libxml-2.0 jansson icu-i18n icu-uc libzstd cairo pangocairo libzip libseccomp zlib)"
    find src -name '*.c' | xargs -P"$(nproc)" -I{} sh -c "clang-tidy --quiet {} -- $flags 2>/dev/null" | grep -E 'warning|error' && bad=1
fi
[ $bad = 0 ] && echo "lint: clean"
exit $bad

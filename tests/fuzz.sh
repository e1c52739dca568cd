#!/bin/bash
# fuzz.sh OUT TARGET [SECONDS] - libFuzzer on one target; new inputs join its corpus by hand.
set -eu
cd "$(dirname "$0")/.."
out=$1 target=${2:?"name a target: $(ls tests/fuzz/fuzz_*.c | sed 's,.*/fuzz_,,;s,\.c,,' | tr '\n' ' ')"} seconds=${3:-60}
make -s -j"$(nproc)" BUILD="$out/fuzz" SAN=1 CFLAGS=-fsanitize=fuzzer-no-link "$out/fuzz/libamparo.a" "$out/fuzz/tests/fuzz/fuzz_$target.o"
clang -g -fsanitize=address,undefined,fuzzer -o "$out/fuzz/$target" "$out/fuzz/tests/fuzz/fuzz_$target.o" "$out/fuzz/libamparo.a" \
    $(make -s -f - print BUILD=x <<<'include Makefile
print: ; @echo $(LIBS)')
mkdir -p "$out/fuzz/found/$target"
exec "$out/fuzz/$target" -max_total_time="$seconds" -timeout=10 -max_len=65536 "$out/fuzz/found/$target" "tests/fuzz/corpus/$target"

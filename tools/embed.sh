#!/bin/sh
# embed.sh DIR FILE… - write DIR/embed.S with the files' bytes and their table.
# Style sheets are minified; what a browser asks for is gzipped as well.
set -eu
dir=$1; shift
rm -rf "$dir"; mkdir -p "$dir"
export LC_ALL=C
sorted=$(printf '%s\n' "$@" | sort)
{
    echo '.section .rodata'
    k=0
    for f in $sorted; do
        case $f in
        *.css) awk -f tools/minify.awk "$f" >"$dir/$k" ;;
        *) cp "$f" "$dir/$k" ;;
        esac
        echo "p$k: .asciz \"$f\""
        echo "h$k: .asciz \"$(sha256sum <"$dir/$k" | cut -c1-12)\""
        echo "b$k: .incbin \"$dir/$k\""
        echo "e$k: .byte 0"
        case $f in
        web/*) gzip -9n <"$dir/$k" >"$dir/$k.gz"
               echo "g$k: .incbin \"$dir/$k.gz\""; echo "f$k: .byte 0" ;;
        esac
        k=$((k + 1))
    done
    echo '.section .data.rel.ro,"aw"'
    echo '.balign 8'
    echo '.globl embedded'; echo 'embedded:'
    k=0
    for f in $sorted; do
        echo ".quad p$k, h$k, b$k, e$k - b$k"
        case $f in
        web/*) echo ".quad g$k, f$k - g$k" ;;
        *) echo '.quad 0, 0' ;;
        esac
        k=$((k + 1))
    done
    echo '.size embedded, . - embedded'
    echo '.section .rodata'; echo '.balign 8'
    echo '.globl embedded_n'; echo 'embedded_n:'; echo ".quad $k"
    echo '.size embedded_n, 8'
    echo '.section .note.GNU-stack,"",@progbits'
} >"$dir/embed.S"

#!/bin/sh
# words.sh AMPARO - no key without words
cd "$(dirname "$0")/../.." && exec node tests/words.mjs

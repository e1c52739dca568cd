#!/bin/sh
# openrosa.sh AMPARO - a scripted client against a real server
cd "$(dirname "$0")/../.." && exec node tests/api/openrosa.mjs "$1"

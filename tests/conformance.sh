#!/bin/bash
# conformance.sh OUT [DIR] - the DMN compatibility kit in DIR (folders with .dmn
# and *-test-*.xml), and the BPMN reference models in DIR2 when given as second.
#   ./dev conformance path/to/dmn-tck [path/to/bpmn-miwg]
set -eu
out=$1 dir=${2:-} bpmn=${3:-}
[ -n "$dir" ] || { echo "give the folder of the kit: ./dev conformance DIR [BPMN-DIR]"; exit 2; }
rc=0
"$out/rel/amparo" rules tck "$dir" || rc=1
if [ -n "$bpmn" ]; then
    find "$bpmn" -name '*.bpmn' -print0 | xargs -0 "$out/rel/amparo" flow check | tail -40 || rc=1
fi
exit $rc

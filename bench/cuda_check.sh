#!/usr/bin/env bash
# What a CUDA device gives, in under eight minutes, as one file of JSON:
#
#     bench/cuda_check.sh [FILE]        # check.json where none is named
#
# The tests that need a device, fifty SGNs for 200 epochs, the default task on ABIDE's connectomes,
# and ten folds of BNT at once. It needs a Python with torch and this project's packages (PYTHON),
# installs nothing and reaches no network. Each step has its own limit; one that fails or is missing
# its data says so in the file and does not keep the others from running. DEVICE=cpu tries the script.
set -uo pipefail
cd "$(dirname "$0")/.."
out=${1:-check.json}
python=${PYTHON:-python3}
device=${DEVICE:-cuda}
data=../shared/data
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONPATH="$PWD" OMP_NUM_THREADS="${OMP_NUM_THREADS:-4}"

# step NAME SECONDS COMMAND...: notes exit status (124: out of time), seconds and the last lines.
step() {
    local name=$1 limit=$2 begun rc=0
    shift 2
    begun=$(date +%s.%N)
    timeout --kill-after=5 "$limit" "$@" >"$work/$name.log" 2>&1 || rc=$?
    "$python" - "$name" "$rc" "$begun" "$work/$name.log" >>"$work/steps" <<'PY'
import json, sys, time
name, rc, begun, log = sys.argv[1:]
lines = open(log, encoding="utf-8", errors="replace").read().splitlines()[-12:]
seconds = round(time.time() - float(begun), 1)
print(json.dumps({"step": name, "exit_status": int(rc), "seconds": seconds, "output": lines}))
PY
    tail -n 1 "$work/steps" | cut -c1-200
}

abide() {
    [ -d "$data/abide1" ] || { echo "There is no $data/abide1."; return 3; }
    "$python" -c 'import pathlib, sys; from bench.task import selected; selected(pathlib.Path(sys.argv[1]))' \
        "$work/abide.csv" || return
    "$python" -m graphnet --train "$work/abide.csv" --device "$device" --out "$work/abide" \
        2>&1 >"$work/abide.out" | tail -n 3
}

bnt() {
    [ -f "$data/abide1/nyu_series.zip" ] || { echo "There is no $data/abide1/nyu_series.zip."; return 3; }
    "$python" -m graphnet --train "$data/abide1/nyu_series.zip" --model BNT --cv-folds 10 \
        --no-baselines --no-explain --device "$device" --out "$work/bnt" 2>&1 >"$work/bnt.out" | tail -n 3
}
export -f abide bnt
export python device data work

step packages 60 "$python" -c '
import numpy, torch, torch_geometric
import graphnet.__main__
print("torch", torch.__version__, "PyG", torch_geometric.__version__)
print(torch.cuda.get_device_name() if torch.cuda.is_available() else "no CUDA device")'
step fifty_sgns 90 "$python" -m bench.cuda --device "$device" --json
step tests 150 "$python" -m pytest -q -p no:cacheprovider -m cuda tests/graphnet
step abide 120 bash -c abide
step bnt 50 bash -c bnt

"$python" - "$work/steps" "$out" <<'PY'
import json, sys
steps = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump({"steps": steps}, file, indent=1)
sys.exit(any(step["exit_status"] for step in steps))
PY
failed=$?
echo "Written to $out."
exit $failed

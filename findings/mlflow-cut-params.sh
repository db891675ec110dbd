#!/usr/bin/env bash
# mlflow 3.17.2: the REST API cuts a long parameter in silence, and then takes another one for the same.
#
# A parameter is written once; another value is refused ("Changing param values is not allowed").
# Values above 6,000 characters are cut by the server before they are compared, and the answer is
# 200 without a word: two lists of settings that differ after character 6,000 are one. Tags are cut
# at 8,000. An infinite metric is kept as the largest double, 1.7976931348623157e+308, so that it
# is drawn as a number; NaN stays NaN.
#
# Guessed before it was run: a longer value is refused, as a 101st parameter of a request is, and a
# changed one always. Seen: only the count and the first 6,000 characters are looked at.
#
# Exits with 1 if an output differs from the one below.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null; wait 2>/dev/null; rm -rf "$folder"' EXIT
server=
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check mlflow==3.17.2

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/env/bin/mlflow" server --backend-store-uri "sqlite:///$folder/db" --port "$port" --workers 1 \
    --artifacts-destination "$folder/artifacts" >"$folder/log" 2>&1 &
server=$!
until curl -sf "http://127.0.0.1:$port/health" >/dev/null; do sleep 1; kill -0 "$server"; done

cat > "$folder/run.py" <<'PYTHON'
import sys

import requests

API = f"http://127.0.0.1:{sys.argv[1]}/api/2.0/mlflow"
run = requests.post(f"{API}/runs/create", json={"experiment_id": "0"}).json()["run"]["info"]["run_id"]


def log(**batch):
    answer = requests.post(f"{API}/runs/log-batch", json={"run_id": run, **batch})
    return answer.status_code, answer.json().get("error_code", "")


def stored(kind):
    data = requests.get(f"{API}/runs/get", params={"run_id": run}).json()["run"]["data"]
    return {each["key"]: each["value"] for each in data[kind]}


print("7,000 characters:", *log(params=[{"key": "p", "value": "a" * 6000 + "b" * 1000}]))
print("kept:", len(stored("params")["p"]))
print("others after 6,000:", *log(params=[{"key": "p", "value": "a" * 6000 + "c" * 1000}]))
print("another one:", *log(params=[{"key": "p", "value": "b"}]))
print("101 of them:", *log(params=[{"key": f"q{n}", "value": "a"} for n in range(101)]))
print("infinite:", *log(metrics=[{"key": "m", "value": "Infinity", "timestamp": 1}]), stored("metrics")["m"])
PYTHON

diff - <("$folder/env/bin/python" "$folder/run.py" "$port") <<'SEEN'
7,000 characters: 200 
kept: 6000
others after 6,000: 200 
another one: 400 INVALID_PARAMETER_VALUE
101 of them: 400 INVALID_PARAMETER_VALUE
infinite: 200  1.7976931348623157e+308
SEEN
echo "As seen: mlflow 3.17.2 cuts parameters in silence and compares what is left."

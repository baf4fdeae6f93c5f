#!/usr/bin/env bash
# Everything that is measured, in one run; see Benchmarks/peers/bench.py.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
if ! type -P python3 >/dev/null; then
  echo "make bench needs python3 (Debian: python3-venv)" >&2
  exit 2
fi
# Output only where it fails.
for product in lua-calls own-kernels; do
  swift build -c release --product "$product" >.build/bench.log 2>&1 || {
    cat .build/bench.log >&2
    exit 1
  }
done
exec python3 Benchmarks/peers/bench.py "$@"

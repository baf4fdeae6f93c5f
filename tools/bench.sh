#!/usr/bin/env bash
# Runs every executable file directly under Benchmarks/, in the order of their names.
set -u
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." || exit 2
status=0 count=0
for benchmark in Benchmarks/*; do
  [[ -f $benchmark && -x $benchmark ]] || continue
  count=$((count + 1))
  printf '== %s\n' "$benchmark"
  "$benchmark" </dev/null || {
    printf '== %s failed with status %s\n' "$benchmark" "$?" >&2
    status=1
  }
done
if [[ $count -eq 0 ]]; then
  printf 'Benchmarks/ holds no executable file: nothing was measured\n' >&2
  exit 1
fi
exit "$status"

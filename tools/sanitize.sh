#!/usr/bin/env bash
# Builds everything with AddressSanitizer and the C targets with UndefinedBehaviorSanitizer too, in .build/sanitize, and
# runs what meets hostile input: readers of files, the Lua host, our kernels, and some thousands of generated cases.
#
#   bash tools/sanitize.sh [FILTER]   FILTER: a regular expression for the tests, in place of the list below
#
# The first build takes as long as that of `make test`. Exit status 1 where a sanitizer or a test complains.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
filter=${1:-'CheckpointsTests|VisionTests|VideoTests|LuaHostTests|KernelTests'}

scratch=.build/sanitize
# Swift has no UndefinedBehaviorSanitizer on Linux; AddressSanitizer's library holds what the C code calls. Functions are
# called through pointers of other types by the libraries' own interfaces.
undefined=(-fsanitize=undefined -fno-sanitize=function -fno-sanitize-recover=undefined -g)
flags=(-c release --sanitize=address --scratch-path "$scratch")
for flag in "${undefined[@]}"; do flags+=(-Xcc "$flag"); done

# What lives as long as the program is no leak. Memory that cannot be had is refused, as the system does it.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export UBSAN_OPTIONS=print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}

swift test "${flags[@]}" --explicit-target-dependency-import-check error --disable-testable-imports \
  --disable-xctest --filter "$filter"
if [[ -n ${1:-} ]]; then exit 0; fi

for product in hostile-files hostile-calls; do swift build "${flags[@]}" --product "$product"; done
# The sanitizer's own memory would be taken for the case's.
"$scratch/release/hostile-files" --no-memory --count 2000
"$scratch/release/hostile-calls" --count 2000

#!/usr/bin/env bash
# Builds a DocC archive of each library target from the modules that `make build` left: docc converts the compiler's
# symbol graphs of what is public. A warning is a failure, such as a link that names nothing or a parameter without words.
#
#   bash tools/docs.sh [TARGET…]   without targets, all of them; the archives are .build/docs/TARGET.doccarchive
#
# An archive knows the symbols of its own target only, so comments name those of other targets in single backticks.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
modules=.build/release/Modules output=.build/docs

# A library is a folder of Swift sources that Package.swift does not make a program of.
programs=$(grep -A 1 -F '.executableTarget(' Package.swift | sed -n 's/^ *name: "\([^"]*\)".*/\1/p')
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
  for folder in Sources/*/; do
    target=$(basename "$folder")
    if [[ -z $(find "$folder" -name '*.swift' -print -quit) ]]; then continue; fi
    if ! grep -qxF "$target" <<<"$programs"; then targets+=("$target"); fi
  done
fi
for tool in swift docc swift-symbolgraph-extract; do
  type -P "$tool" >/dev/null || { echo "docs: $tool is not on the PATH; it comes with Swift" >&2; exit 2; }
done

# The modules of C that ours import have maps: those of system libraries, of our own code and of packages; pkg-config
# knows where their headers are.
search=(-I "$modules")
for map in Sources/*/module.modulemap .build/release/*.build/module.modulemap \
  .build/checkouts/*/Sources/*/include/module.modulemap; do
  if [[ -e $map ]]; then search+=(-Xcc "-fmodule-map-file=$PWD/$map"); fi
done
for name in $(sed -n 's/.*pkgConfig: "\([^"]*\)".*/\1/p' Package.swift); do
  for flag in $(pkg-config --cflags "$name"); do search+=(-Xcc "$flag"); done
done
triple=$(swift -print-target-info | sed -n 's/^ *"triple" *: *"\([^"]*\)".*/\1/p' | head -n 1)

mkdir -p "$output"
failed=()
for target in "${targets[@]}"; do
  graphs=$output/symbols/$target archive=$output/$target.doccarchive log=$output/$target.log
  rm -rf "$graphs" "$archive" "$log"
  mkdir -p "$graphs"
  if [[ ! -e $modules/$target.swiftmodule ]]; then
    echo "docs: $target has not been built; make build does it" >&2
    exit 1
  fi
  # Without a catalogue docc must be told the name and the identifier. It prints a line for each warning when it is asked
  # for repairs, which are left out below.
  if swift-symbolgraph-extract -module-name "$target" -target "$triple" "${search[@]}" \
    -module-cache-path "$output/module-cache" -minimum-access-level public -skip-synthesized-members \
    -emit-extension-block-symbols -output-dir "$graphs" &&
    docc convert --additional-symbol-graph-dir "$graphs" --output-dir "$archive" --warnings-as-errors \
      --fallback-display-name "$target" --fallback-bundle-identifier "gfnet-lab.$target" \
      --emit-fixits >"$log" 2>&1; then
    echo "docs: $archive"
  else
    failed+=("$target")
    if [[ -e $log ]]; then
      sed -n "s|$PWD/||; /: warning:\|: error:\|^[Ee]rror:\|^[Ww]arning:/p" "$log" | sort -uV >&2
    fi
  fi
done
if [[ ${#failed[@]} -gt 0 ]]; then
  echo "docs: warnings or errors of ${failed[*]}" >&2
  exit 1
fi

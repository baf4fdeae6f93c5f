#!/usr/bin/env bash
# Checks the Lua of scripts, plugins and benchmarks with luacheck, which Debian's lua-check installs at first use.
# Exit status 0 where nothing is found, and where luacheck cannot be had; .luacheckrc says what is checked.
set -euo pipefail
. "$(dirname -- "${BASH_SOURCE[0]}")/prepare.sh"
cd -- "$root"

# Once: what cannot be had is not asked for every time.
tried=.build/lua-check-tried
if ! type -P luacheck >/dev/null && [[ -z ${GFNET_LAB_SKIP_PACKAGES:-} && ! -e $tried ]]; then
  if type -P apt-get >/dev/null && find_root_command; then
    say "installing system packages with apt-get:"
    say "  lua-check                    checks the Lua of scripts, plugins and benchmarks"
    mkdir -p .build && : >"$tried"
    apt_quietly update || say "apt-get update failed; trying with the package lists that are here"
    apt_quietly install -y --no-install-recommends lua-check || true
    hash -r
  fi
fi
if ! type -P luacheck >/dev/null; then
  say "the Lua files are not checked: luacheck is missing and cannot be installed from here (Debian: lua-check)"
  exit 0
fi

# The name that a cell ends with is its value, for which plain Lua has no form: it is checked as an argument.
as_plain_lua() {
  awk '
    /^-- %%/ || /^[^ \t-]/ {
      if (name && /^-- %%/) sub(/[A-Za-z_0-9.]+/, "gfnet.report.value(&)", lines[1])
      for (i = 1; i <= count; i++) print lines[i]
      count = 0
      name = /^[A-Za-z_][A-Za-z_0-9.]*\r?$/ && !/^(end|do|else|repeat|return|break)\r?$/
    }
    { lines[++count] = $0 }
    END {
      if (name) sub(/[A-Za-z_0-9.]+/, "gfnet.report.value(&)", lines[1])
      for (i = 1; i <= count; i++) print lines[i]
    }' "$1"
}

copies=$(mktemp -d)
trap 'rm -rf -- "$copies"' EXIT
while IFS= read -r -d '' file; do
  mkdir -p -- "$copies/${file%/*}"
  as_plain_lua "$file" >"$copies/$file"
done < <(find scripts plugins Benchmarks tools -name '*.lua' -print0)
# The configuration reads its names from the folder that it runs in.
mkdir -p -- "$copies/tools" && cp tools/luacheck-std.lua "$copies/tools/"
cd -- "$copies"
luacheck --quiet --no-color --config "$root/.luacheckrc" .

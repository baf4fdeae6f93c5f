#!/usr/bin/env bash
# System packages and the release build, for ./gfnet-lab and the Makefile.
#
#   bash tools/prepare.sh packages   install the system packages that are missing
#   bash tools/prepare.sh build      the same, then build what changed
#   for_tests=1 bash tools/prepare.sh packages   also those that only tests use
#
# Sourced, it only defines functions; $root is the project's folder. All text goes to standard error, and
# nothing is read from standard input: both belong to the program that runs afterwards.

root=${root:-$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)}
# Tests import no module @testable, so program and tests share one set of compiled modules.
swift_flags=(-c release)

say() { printf 'gfnet-lab: %s\n' "$*" >&2; }
fail() {
  local status=$1
  shift
  say "$*"
  exit "$status"
}

# Fills required=(), optional=() with the names of missing packages and reasons=() with a line for each.
# File probes, because they cost microseconds where dpkg-query costs 20 ms.
find_missing_packages() {
  local name probe reason kind matches
  required=() optional=() reasons=()
  while IFS='|' read -r name probe reason; do
    kind=required
    [[ $name == \?* ]] && kind=optional name=${name#\?}
    if [[ $name == +* ]]; then
      if [[ -z ${for_tests:-} ]]; then continue; fi
      kind=optional name=${name#+}
    fi
    name=${name//[[:space:]]/} probe=${probe//[[:space:]]/} reason=${reason#"${reason%%[![:space:]]*}"}
    if [[ -z $name || $name == \#* ]]; then continue; fi
    if [[ $probe == command:* ]]; then
      if type -P "${probe#command:}" >/dev/null; then continue; fi
    else
      matches=$(compgen -G "$probe") && [[ -n $matches ]] && continue
    fi
    if [[ $kind == required ]]; then required+=("$name"); else optional+=("$name"); fi
    reasons+=("$(printf '  %-28s %s' "$name" "$reason")")
  done <"$root/tools/system-packages"
}

# Sets as_root=() to what runs a command as the administrator, or returns 1.
find_root_command() {
  as_root=()
  if [[ $EUID -eq 0 ]]; then return 0; fi
  type -P sudo >/dev/null || return 1
  # Without a terminal nobody can type a password.
  if sudo -n true 2>/dev/null </dev/null; then
    as_root=(sudo -n)
  elif [[ -t 2 ]] && { : </dev/tty; } 2>/dev/null; then
    as_root=(sudo)
  else
    return 1
  fi
}

apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# apt_quietly ARGUMENTS: only errors are shown.
apt_quietly() {
  local output
  output=$(apt_get "$@" 2>&1) && return 0
  printf '%s\n' "$output" | grep -E '^(E:|Err:|W:)' >&2
  return 1
}

ensure_packages() {
  local required optional reasons as_root tried="$root/.build/optional-packages-tried${for_tests:+-by-tests}"
  if [[ -n ${GFNET_LAB_SKIP_PACKAGES:-} ]]; then return 0; fi
  find_missing_packages
  # An optional package that could not be had is asked for once, not at every start.
  if [[ ${#required[@]} -eq 0 && (${#optional[@]} -eq 0 || -e $tried) ]]; then return 0; fi

  if ! type -P apt-get >/dev/null || ! find_root_command; then
    if [[ ${#required[@]} -eq 0 ]]; then return 0; fi
    say "these system packages are missing and cannot be installed from here (Debian 12 names):"
    printf '%s\n' "${reasons[@]}" >&2
    say "install them, as with: sudo apt-get install ${required[*]}${optional[*]:+ ${optional[*]}}"
    say "or set GFNET_LAB_SKIP_PACKAGES=1 if they are there under other names"
    exit 2
  fi

  say "installing system packages with apt-get:"
  printf '%s\n' "${reasons[@]}" >&2
  apt_quietly update || say "apt-get update failed; trying with the package lists that are here"
  if [[ ${#required[@]} -gt 0 ]]; then
    apt_quietly install -y --no-install-recommends "${required[@]}" ||
      fail 2 "apt-get could not install: ${required[*]}"
  fi
  if [[ ${#optional[@]} -gt 0 ]]; then
    mkdir -p "$root/.build" 2>/dev/null && : 2>/dev/null >"$tried"
    apt_quietly install -y --no-install-recommends "${optional[@]}" ||
      say "going on without the optional: ${optional[*]}"
  fi
  hash -r
  find_missing_packages
  if [[ ${#required[@]} -gt 0 ]]; then
    fail 2 "still missing after apt-get: ${required[*]} (tools/system-packages says which file was expected)"
  fi
}

# True when the program is newer than every source and was built here with this compiler. Folders count too:
# their time changes when a file is added or removed.
build_is_current() {
  local stamp="$root/.build/gfnet-lab-built" stamped=
  [[ -x $root/.build/release/gfnet-lab && -r $stamp ]] || return 1
  IFS= read -r stamped <"$stamp" || return 1
  [[ $stamped == "$root $swift" && ! $swift -nt $stamp ]] || return 1
  [[ -z $(find "$root/Sources" "$root/Package.swift" -newer "$stamp" -print -quit 2>&1) ]]
}

ensure_build() {
  local swift stamp="$root/.build/gfnet-lab-built" status
  swift=$(type -P swift) || {
    # An up-to-date program runs without a compiler.
    [[ -x $root/.build/release/gfnet-lab ]] && return 0
    fail 2 "needs Swift 6.2 or later on the PATH to build itself: https://www.swift.org/install"
  }
  if build_is_current; then return 0; fi
  ensure_packages

  mkdir -p "$root/.build" || fail 1 "cannot create $root/.build"
  if [[ -x $root/.build/release/gfnet-lab ]]; then
    say "sources changed, building"
  else
    say "building for the first time; this takes a few minutes"
  fi
  # The stamp bears the time at which the build began: a file saved meanwhile is newer.
  printf '%s\n' "$root $swift" >"$stamp.$$" || fail 1 "cannot write to $root/.build"
  swift build --package-path "$root" "${swift_flags[@]}" --product gfnet-lab >&2 </dev/null
  status=$?
  if [[ $status -ne 0 ]]; then
    rm -f "$stamp.$$"
    [[ $status -eq 130 ]] && exit 130
    fail 1 "the build failed; the errors are above"
  fi
  mv -f "$stamp.$$" "$stamp"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  case ${1:-} in
    packages) ensure_packages ;;
    build)
      ensure_packages
      ensure_build
      ;;
    *) fail 2 "usage: bash tools/prepare.sh packages|build" ;;
  esac
fi

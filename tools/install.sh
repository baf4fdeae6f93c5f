#!/usr/bin/env bash
# Installs the built program, or removes it again.
#
#   bash tools/install.sh install|uninstall PREFIX [DESTDIR]
#
# PREFIX/bin/gfnet-lab                 the program; it finds the rest relative to itself
# PREFIX/share/gfnet-lab/…             models, plugins, scripts, and the list of installed files
# PREFIX/share/doc/gfnet-lab/…         documentation
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

usage() {
  echo "usage: bash tools/install.sh install|uninstall PREFIX [DESTDIR]" >&2
  exit 2
}
[[ $# -ge 2 ]] || usage
action=$1 prefix=$2 destdir=${3:-}
[[ $prefix == /* ]] || {
  echo "PREFIX must be an absolute path, not \"$prefix\"" >&2
  exit 2
}
target=$destdir${prefix%/}
manifest=share/gfnet-lab/installed-files
umask 022

# Removes what the list names and the folders that this leaves empty; files of others stay.
remove_installed() {
  local file
  [[ -r $target/$manifest ]] || return 0
  while IFS= read -r file; do
    # The list is only data: nothing outside the two folders and the program is ever removed.
    case $file in
      *..*) continue ;;
      bin/gfnet-lab | share/gfnet-lab/* | share/doc/gfnet-lab/*) rm -f -- "$target/$file" ;;
    esac
  done <"$target/$manifest"
  rm -f -- "$target/$manifest"
  for folder in share/gfnet-lab share/doc/gfnet-lab; do
    if [[ -d $target/$folder ]]; then find "$target/$folder" -depth -type d -empty -delete; fi
  done
}

# put MODE SOURCE DESTINATION-UNDER-PREFIX
put() {
  install -D -m "$1" -- "$2" "$target/$3"
  printf '%s\n' "$3" >>"$list"
}

case $action in
  install)
    remove_installed
    list=$(mktemp)
    trap 'rm -f "$list"' EXIT
    put 755 .build/release/gfnet-lab bin/gfnet-lab
    for folder in models plugins scripts; do
      [[ -d $folder ]] || continue
      while IFS= read -r -d '' file; do
        put 644 "$file" "share/gfnet-lab/$file"
      done < <(find "$folder" -type f ! -path '*/.*' ! -name '*.tmp-*' -print0)
    done
    put 755 tools/fetch.sh share/gfnet-lab/tools/fetch.sh
    while IFS= read -r -d '' file; do
      put 644 "$file" "share/doc/gfnet-lab/${file#docs/}"
    done < <(find docs -type f ! -path '*/.*' -print0)
    for file in README.md LICENSE; do
      if [[ -f $file ]]; then put 644 "$file" "share/doc/gfnet-lab/$file"; fi
    done
    put 644 "$list" "$manifest"
    echo "installed $target/bin/gfnet-lab ($(wc -l <"$list") files under $target)"
    ;;
  uninstall)
    if [[ ! -r $target/$manifest ]]; then
      echo "nothing to remove: $target/$manifest is missing" >&2
      exit 1
    fi
    remove_installed
    echo "removed gfnet-lab from $target"
    ;;
  *) usage ;;
esac

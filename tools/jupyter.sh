#!/usr/bin/env bash
# Runs Tests/Jupyter with the real tools: jupyter_kernel_test, nbclient, Papermill, Jupytext.
#
#   bash tools/jupyter.sh [TEST…]      as unittest names them; all without
#
# They come from PyPI into a Python environment of their own, .build/jupyter, and the kernel is installed there only.
# $GFNET_LAB names another program than the release build.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
export GFNET_LAB=${GFNET_LAB:-$root/.build/release/gfnet-lab}
environment=${GFNET_LAB_JUPYTER:-$root/.build/jupyter}

if ! type -P python3 >/dev/null || ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
  echo "jupyter: Python with its module venv is missing: nothing was tested (on Debian: apt-get install python3-venv)" >&2
  exit 1
fi
if [[ ! -x $environment/bin/papermill ]]; then
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet jupyter_client jupyter_kernel_test nbclient papermill jupytext ||
    { echo "jupyter: PyPI cannot be reached: nothing was tested" >&2; exit 1; }
fi
export PATH=$environment/bin:$PATH VIRTUAL_ENV=$environment
"$GFNET_LAB" jupyter install --sys-prefix
cd "$root/Tests/Jupyter"
if [[ $# -eq 0 ]]; then set -- test_kernel test_tools; fi
exec "$environment/bin/python" -m unittest -v "$@"

"""What the scripts of this folder share: their Python environment and the program under test."""

import os
import subprocess
import sys
import venv

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ENVIRONMENT = os.path.join(
    os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "gfnet-lab", "peers"
)
PROGRAM = os.environ.get("GFNET_LAB", os.path.join(ROOT, ".build", "release", "gfnet-lab"))


def enter(packages, python=None, extra=()):
    """Goes on in an interpreter that has `packages`: `python`, or an environment that is made at first use.

    What of `extra` cannot be installed is left out."""
    if os.environ.get("GFNET_LAB_PEERS") == "1":
        return
    interpreter = python or os.path.join(ENVIRONMENT, "bin", "python")
    if not os.path.exists(interpreter):
        if python:
            sys.exit(f"there is no Python interpreter {python}")
        print(f"making the Python environment {ENVIRONMENT} (once)", file=sys.stderr)
        venv.create(ENVIRONMENT, with_pip=True)
    names = [{"pillow": "PIL"}.get(package, package.replace("-", "_")) for package in packages]
    probe = subprocess.run([interpreter, "-c", "import " + ", ".join(names)], capture_output=True, text=True)
    if probe.returncode != 0:
        if python:
            sys.exit(f"{python} lacks one of the packages {', '.join(packages)}: {probe.stderr.strip().splitlines()[-1]}")
        print(f"installing {', '.join(packages)} from PyPI (once)", file=sys.stderr)
        if subprocess.run([interpreter, "-m", "pip", "install", "--quiet", *packages]).returncode != 0:
            sys.exit("pip could not install them: is there a network? Another interpreter: --python PATH")
        for package in extra:
            if subprocess.run([interpreter, "-m", "pip", "install", "--quiet", package]).returncode != 0:
                print(f"without {package}, which pip could not install", file=sys.stderr)
    os.execve(interpreter, [interpreter, *sys.argv], {**os.environ, "GFNET_LAB_PEERS": "1"})


def program(*arguments):
    """Runs gfnet-lab; its standard output, or an exception with its message."""
    if not os.path.exists(PROGRAM):
        sys.exit(f"there is no program {PROGRAM}: run make build, or name one in GFNET_LAB")
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError((done.stderr or done.stdout).strip())
    return done.stdout

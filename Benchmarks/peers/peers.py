"""What the scripts of this folder share: their Python environment and the program under test."""

import os
import shutil
import subprocess
import sys
import venv

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ENVIRONMENT = os.path.join(
    os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "gfnet-lab", "peers"
)
PROGRAM = os.environ.get("GFNET_LAB", os.path.join(ROOT, ".build", "release", "gfnet-lab"))


class Unavailable(Exception):
    """Something that is needed is not there; the text says why."""


def interpreter(packages, python=None, extra=()):
    """The path of a Python that has `packages`: `python`, or that of an environment which is made at first use.

    What of `extra` cannot be installed is left out. Raises Unavailable."""
    path = python or os.path.join(ENVIRONMENT, "bin", "python")
    if not os.path.exists(path):
        if python:
            raise Unavailable(f"there is no Python interpreter {python}")
        print(f"making the Python environment {ENVIRONMENT} (once)", file=sys.stderr)
        try:
            venv.create(ENVIRONMENT, with_pip=True)
        except Exception as problem:
            raise Unavailable(f"Python cannot make an environment (Debian: python3-venv): {problem}") from problem
    names = [{"pillow": "PIL"}.get(package, package.replace("-", "_")) for package in packages]
    probe = subprocess.run([path, "-c", "import " + ", ".join(names)], capture_output=True, text=True)
    if probe.returncode != 0:
        if python:
            reason = probe.stderr.strip().splitlines()[-1]
            raise Unavailable(f"{python} lacks one of the packages {', '.join(packages)}: {reason}")
        print(f"installing {', '.join(packages)} from PyPI (once)", file=sys.stderr)
        if subprocess.run([path, "-m", "pip", "install", "--quiet", *packages]).returncode != 0:
            raise Unavailable("pip could not install them: is there a network? Another interpreter: --python PATH")
    for package in extra:
        name = package.replace("-", "_")
        if subprocess.run([path, "-c", f"import {name}"], capture_output=True).returncode == 0:
            continue
        if python or subprocess.run([path, "-m", "pip", "install", "--quiet", package]).returncode != 0:
            print(f"without {package}, which {'is not there' if python else 'pip could not install'}", file=sys.stderr)
    return path


def enter(packages, python=None, extra=()):
    """Goes on in such an interpreter, or ends the program with the reason why there is none."""
    if os.environ.get("GFNET_LAB_PEERS") == "1":
        return
    try:
        path = interpreter(packages, python, extra)
    except Unavailable as problem:
        sys.exit(str(problem))
    os.execve(path, [path, *sys.argv], {**os.environ, "GFNET_LAB_PEERS": "1"})


def fail(message):
    """Ends the script that was started with 2: something that it needs is missing, or went wrong."""
    print(f"{os.path.splitext(os.path.basename(sys.argv[0]))[0]}: {message}", file=sys.stderr)
    sys.exit(2)


problems = []


def expect(condition, what, word="WRONG"):
    """Notes and says what is not as it should be; the script that asked ends by `problems`."""
    if not condition:
        problems.append(what)
        print(f"{word}: {what}")


def chromium():
    """The path of Chromium, or the end of the script."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        fail("chromium is missing (Debian: chromium)")
    return path


def enter_pinned(name, packages):
    """Starts the script again in the environment `name`, which holds just these packages, in these versions.

    What is compared to the last level depends on the versions; `enter` takes any."""
    environment = os.path.join(os.path.dirname(ENVIRONMENT), name)
    python = os.path.join(environment, "bin", "python")
    if sys.prefix == environment:
        return
    ready, wanted = os.path.join(environment, "ready"), "\n".join(packages)
    if not os.path.exists(ready) or open(ready).read() != wanted:
        print(f"installing {', '.join(packages)} into {environment}", file=sys.stderr)
        if subprocess.run([sys.executable, "-m", "venv", environment]).returncode:
            fail("Python's venv module is missing (Debian: python3-venv)")
        if subprocess.run([python, "-m", "pip", "install", "-q", *packages]).returncode:
            fail("Pillow and NumPy are not here and PyPI cannot be reached")
        with open(ready, "w") as file:
            file.write(wanted)
    os.execv(python, [python, *sys.argv])


def run(*arguments):
    """Runs gfnet-lab, whatever comes of it."""
    if not os.path.exists(PROGRAM):
        sys.exit(f"there is no program {PROGRAM}: run make build, or name one in GFNET_LAB")
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)


def program(*arguments):
    """Runs gfnet-lab; its standard output, or an exception with its message."""
    done = run(*arguments)
    if done.returncode != 0:
        raise RuntimeError((done.stderr or done.stdout).strip())
    return done.stdout

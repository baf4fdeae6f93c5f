"""Times encoders here, in PyTorch, ONNX Runtime and OpenVINO, interleaved in one run.

Needs Python with torch, timm, onnx, onnxruntime and openvino:
    python3 -m venv .venv && .venv/bin/pip install torch timm onnx onnxruntime openvino
    .venv/bin/python Benchmarks/peers/encoders.py mobilenetv3_large_100 96 1 [--rounds 20]
Weights are random on all sides: times do not depend on them. Prints median and least milliseconds, and the ratio
of each peer's median to ours at the same precision.
"""

import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Ours:
    """Our plan in a process of its own, which sleeps between its turns."""

    def __init__(self, program, name, side, batch, precision):
        self.process = subprocess.Popen(
            [program, "--serve", name, str(side), str(batch), precision],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != "ready":
            raise SystemExit(f"{program} does not serve {name} at {precision}")

    def __call__(self, runs):
        self.process.stdin.write(f"{runs}\n")
        self.process.stdin.flush()
        return [float(word) for word in self.process.stdout.readline().split()]


class Timed:
    def __init__(self, function):
        self.function = function

    def __call__(self, runs):
        times = []
        for _ in range(runs):
            start = time.perf_counter()
            self.function()
            times.append((time.perf_counter() - start) * 1e3)
        return times


def peers(name, side, batch, threads):
    import numpy
    import onnxruntime
    import openvino
    import timm
    import torch

    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    model = timm.create_model(name, pretrained=False, num_classes=0).eval()
    images = torch.randn(batch, 3, side, side)
    array = numpy.ascontiguousarray(images.numpy())
    yield "PyTorch eager f32", Timed(lambda: model(images))
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder) / "model.onnx")
        torch.onnx.export(model, images, path, dynamo=False, opset_version=17)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        feed = {session.get_inputs()[0].name: array}
        yield "ONNX Runtime f32", Timed(lambda: session.run(None, feed))
        core = openvino.Core()
        network = core.read_model(path)
        for precision in ("f32", "bf16"):
            compiled = core.compile_model(network, "CPU", {
                "INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads,
                "PERFORMANCE_HINT": "LATENCY"})
            request = compiled.create_infer_request()
            yield f"OpenVINO {precision}", Timed(
                lambda request=request: request.infer([array], share_inputs=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("side", type=int)
    parser.add_argument("batch", type=int)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5, help="runs of each in a round")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--program", default=str(ROOT / ".build/release/inference-plans"))
    given = parser.parse_args()

    subjects = {}
    for precision in ("f32", "bf16"):
        try:
            subjects[f"ours {precision}"] = Ours(
                given.program, given.name, given.side, given.batch, precision)
        except SystemExit as problem:
            print(problem)
    subjects.update(peers(given.name, given.side, given.batch, given.threads))
    times = {name: [] for name in subjects}
    for _ in range(given.rounds):
        for name, subject in subjects.items():
            subject(1)
            times[name] += subject(given.runs)
            # Threads that still spin must not take the next one's cores.
            time.sleep(0.02)
    print(f"{given.name} {given.side}x{given.side} batch {given.batch}, "
          f"{given.rounds} rounds of {given.runs}, milliseconds")
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, values in times.items():
        own = medians.get("ours bf16" if name.endswith("bf16") else "ours f32", float("nan"))
        print(f"  {name:20} median {medians[name]:8.2f}  least {min(values):8.2f}  "
              f"{medians[name] / own:5.2f} of ours")


if __name__ == "__main__":
    main()

"""One side of `make bench`: PyTorch, ONNX Runtime or OpenVINO. Started by sides.py, in the peers' environment.

    worker.py SIDE FOLDER THREADS

Reads a request a line and answers each with a line of JSON: {"prepare": cell}, {"run": count}, {"release": true}. PyTorch
eager writes the images, its results and the network as ONNX into FOLDER; the others read them, and say how far their
results are from its own. Weights are the formula's of record_cases.py, which keeps activations in range.
"""

import gc
import json
import os
import sys
import time

import record_cases
from cells import ADAFOCUS

# Relative Euclidean distance of results from PyTorch eager's that is put down to rounding.
TOLERANCE = {"f32": 1e-3, "bf16": 0.1}
KNOWN = {}


class Unavailable(Exception):
    pass


def milliseconds(function):
    start = time.perf_counter()
    function()
    return [(time.perf_counter() - start) * 1e3]


def encoder(cell):
    """A module from images, or frames of clips, to pooled features, with the formula's weights; the last one is kept."""
    import torch

    name = cell["network"]
    if cell["frames"] > 1:
        import clip_episodes

        return clip_episodes.clip_features(cell)
    if name not in KNOWN:
        KNOWN.clear()
        net, encode, _, own_key = record_cases.build_encoder(name)
        gain = record_cases.describe(name, 96, 1, 0)["weight_gain"]
        with torch.no_grad():
            for key, value in net.state_dict().items():
                record_cases.fill("model." + own_key(key), value, gain)

        class Encoder(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.net = net

            def forward(self, images):
                return encode(images)[0]

        KNOWN[name] = Encoder().eval()
    return KNOWN[name]


class Episode:
    """Whole episodes of record_cases.py's network, and training steps."""

    def __init__(self, cell, compile=None):
        import torch

        patch, steps = cell["patch"], cell["steps"]
        self.case = record_cases.describe(cell["network"], patch, steps, 0) | {"image_size": cell["image"]}
        self.network = record_cases.Network(self.case)
        if compile:
            # The encoders are what compiles; crops and recurrence around them stay as they are.
            for prefix, (net, encode, own, key) in self.network.parts.items():
                self.network.parts[prefix] = (net, compile(encode), own, key)
        torch.manual_seed(1)
        self.images = torch.randn(cell["batch"], 3, cell["image"], cell["image"])
        self.labels = torch.arange(cell["batch"]) % 1000
        self.optimizer = None

    def episode(self):
        """Milliseconds from the start to the end of each step; keeps the last logits."""
        network, times, seen, maps, memory, state = self.network, [], [], None, None, None
        start = time.perf_counter()
        inputs = network.glance(self.images, self.case["glance_interpolation"])
        for number in range(1, self.case["steps"] + 1):
            if number > 1:
                actions, _, memory = network.propose(maps, memory)
                _, inputs = network.patches(self.images, actions)
            features, maps, own = network.step(number, inputs)
            seen.append(features)
            self.logits, state = network.classify(seen, state, own, True)
            times.append((time.perf_counter() - start) * 1e3)
        return times

    def train(self):
        """Milliseconds of one step of stage 1: descent on every loss, the encoders' own classifiers' too."""
        import torch
        import torch.nn.functional as F

        network = self.network
        if self.optimizer is None:
            parts = [part[0] for part in network.parts.values()] + [network.classifier]
            for part in parts:
                part.train()
            values = [value for part in parts for value in part.parameters()]
            self.optimizer = torch.optim.SGD(values, lr=1e-3, momentum=0.9, nesterov=True, weight_decay=1e-4)
        start = time.perf_counter()
        self.optimizer.zero_grad()
        loss, seen, state = 0, [], None
        inputs = network.glance(self.images, self.case["glance_interpolation"])
        for number in range(1, self.case["steps"] + 1):
            if number > 1:
                _, inputs = network.patches(self.images, torch.rand(len(self.images), 2))
            features, _, own = network.step(number, inputs)
            seen.append(features)
            logits, state = network.classify(seen, state, own, False)
            loss = loss + F.cross_entropy(logits, self.labels) + F.cross_entropy(own(features), self.labels)
        (loss / self.case["steps"]).backward()
        self.optimizer.step()
        return [(time.perf_counter() - start) * 1e3]


class ClipEpisode(Episode):
    """The same of clips, a row for each frame."""

    def __init__(self, cell, compile=None):
        import clip_episodes
        import torch

        patch, steps, frames = cell["patch"], cell["steps"], cell["frames"]
        self.case = record_cases.describe(cell["network"], patch, steps, 0) | {
            "image_size": cell["image"], "frames": frames, "policy_conv": True}
        self.network = clip_episodes.ClipNetwork(self.case)
        for prefix, (net, encode, own, key) in self.network.parts.items():
            net.to(memory_format=torch.channels_last)
            self.network.parts[prefix] = (net, compile(encode) if compile else encode, own, key)
        torch.manual_seed(1)
        self.images = torch.randn(cell["batch"] * frames, 3, cell["image"], cell["image"])
        self.images = self.images.contiguous(memory_format=torch.channels_last)


class AdaFocusEpisode:
    """The two steps of AdaFocus on random clips."""

    def __init__(self, cell, compile=None):
        import clip_episodes
        import torch

        torch.manual_seed(1)
        self.network = network = clip_episodes.AdaFocus(cell["patch"]).to(memory_format=torch.channels_last)
        network.encode_glance, network.encode_patches = (
            compile(part) if compile else part for part in (network.glancer, network.focuser))
        images = torch.randn(cell["batch"] * cell["frames"], 3, cell["image"], cell["image"])
        images = images.contiguous(memory_format=torch.channels_last)
        self.clips = images.unflatten(0, (cell["batch"], cell["frames"]))

    def episode(self):
        start = time.perf_counter()
        glance, maps = self.network.glance(self.clips)
        seen = time.perf_counter()
        self.logits = glance + self.network.focus(self.clips, maps)
        return [(seen - start) * 1e3, (time.perf_counter() - start) * 1e3]


def episode(cell, compile=None):
    if cell["network"] == ADAFOCUS:
        return AdaFocusEpisode(cell, compile)
    return (ClipEpisode if cell["frames"] > 1 else Episode)(cell, compile)


class PyTorch:
    precision = "f32"

    def __init__(self, folder, threads, compiled):
        import torch

        torch.set_num_threads(threads)
        self.folder, self.compiled, self.layout = folder, compiled, None
        if compiled:
            import torch._inductor.config

            # Folds batch norms and packs weights, as PyTorch advises for inference on processors.
            torch._inductor.config.freezing = True

    def compile(self, function):
        import torch

        return torch.compile(function)

    def prepare(self, cell):
        import torch

        self.layout = None
        if self.compiled:
            torch._dynamo.reset()
        if cell["part"] == "train":
            subject = Episode(cell)
            return subject.train, None
        if cell["part"] == "episode":
            subject = episode(cell, self.compile if self.compiled else None)
            run = torch.no_grad()(subject.episode)
            run()
            result = subject.logits.numpy()
        else:
            module, images = encoder(cell), self.images(cell)
            if not self.compiled:
                self.export(module, images)
            with torch.no_grad():
                function, images = self.arranged(module, images)
                result = function(images).numpy()
            run = torch.no_grad()(lambda: milliseconds(lambda: function(images)))
        return run, result

    def arranged(self, module, images):
        """The module and its input in the arrangement in memory that is faster: channels innermost, or maps one after the
        other. What is compiled has its channels innermost in any case."""
        import torch

        ways = {"channels last": torch.channels_last} | (
            {} if self.compiled else {"contiguous": torch.contiguous_format})
        times = {}
        for name, way in ways.items():
            module.to(memory_format=way)
            given = images.contiguous(memory_format=way)
            times[name] = len(ways) == 1 or min(milliseconds(lambda: module(given))[0] for _ in range(4))
        self.layout = min(times, key=times.get)
        self.layouts = times if len(times) > 1 else None
        module.to(memory_format=ways[self.layout])
        function = self.compile(module) if self.compiled else module
        return function, images.contiguous(memory_format=ways[self.layout])

    def images(self, cell):
        import numpy
        import torch

        path = os.path.join(self.folder, "images.npy")
        if not self.compiled:
            generator = torch.Generator().manual_seed(1)
            count = cell["batch"] * cell["frames"]
            images = torch.randn(count, 3, cell["patch"], cell["patch"], generator=generator)
            numpy.save(path, images.numpy())
        return torch.from_numpy(numpy.load(path))

    def export(self, module, images):
        import warnings

        import torch

        path = os.path.join(self.folder, "network.onnx")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                torch.onnx.export(module, images, path, dynamo=False, opset_version=17)
        except Exception as problem:
            print(f"PyTorch cannot write the network as ONNX: {problem}", file=sys.stderr)


class FromONNX:
    """A library that reads the network which PyTorch eager wrote."""

    def __init__(self, folder, threads):
        self.folder, self.threads = folder, threads

    def read(self):
        import numpy

        network, images = (os.path.join(self.folder, name) for name in ("network.onnx", "images.npy"))
        if not os.path.exists(network):
            raise Unavailable("PyTorch wrote no ONNX file of the network")
        return network, numpy.load(images)


class ONNXRuntime(FromONNX):
    precision = "f32"

    def prepare(self, cell):
        import onnxruntime

        path, images = self.read()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = self.threads, 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        feed = {session.get_inputs()[0].name: images}
        return lambda: milliseconds(lambda: session.run(None, feed)), session.run(None, feed)[0]


class OpenVINO(FromONNX):
    def __init__(self, folder, threads, precision):
        super().__init__(folder, threads)
        self.precision = precision

    def prepare(self, cell):
        import openvino

        path, images = self.read()
        core = openvino.Core()
        if self.precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            raise Unavailable("OpenVINO finds no bf16 in this processor")
        compiled = core.compile_model(core.read_model(path), "CPU", {
            "INFERENCE_PRECISION_HINT": self.precision, "INFERENCE_NUM_THREADS": self.threads,
            "PERFORMANCE_HINT": "LATENCY"})
        request = compiled.create_infer_request()

        def run():
            request.infer([images], share_inputs=True, share_outputs=True)

        run()
        return lambda: milliseconds(run), request.get_output_tensor(0).data.copy()


SIDES = {
    "PyTorch eager f32": lambda folder, threads: PyTorch(folder, threads, False),
    "PyTorch compiled f32": lambda folder, threads: PyTorch(folder, threads, True),
    "ONNX Runtime f32": ONNXRuntime,
    "OpenVINO f32": lambda folder, threads: OpenVINO(folder, threads, "f32"),
    "OpenVINO bf16": lambda folder, threads: OpenVINO(folder, threads, "bf16"),
}


def deviation(result, reference):
    """Euclidean distance of `result` from `reference`, relative to the latter; infinite if anything is not finite."""
    import numpy

    if result.shape != reference.shape or not numpy.isfinite(result).all():
        return float("inf")
    reference = reference.astype(numpy.float64)
    return float(numpy.linalg.norm(result - reference) / numpy.linalg.norm(reference))


def checked(side, name, result, folder):
    """How far `result` is from PyTorch eager's, which is kept for the others; raises Unavailable where too far."""
    import numpy

    if result is None:
        return {}
    path = os.path.join(folder, "result.npy")
    if name == "PyTorch eager f32":
        numpy.save(path, result)
        return {"deviation": 0.0}
    if not os.path.exists(path):
        raise Unavailable("without PyTorch eager's results there is nothing to compare with")
    distance = deviation(result, numpy.load(path))
    if not distance <= TOLERANCE[side.precision]:
        raise Unavailable(f"its results are {distance:.1e} from PyTorch eager's, relative: not the same network")
    return {"deviation": distance}


def main():
    name, folder, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    # Whatever libraries print goes to the log.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    side = run = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "prepare" in request:
                side = side or SIDES[name](folder, threads)
                run, result = side.prepare(request["prepare"])
                answer = checked(side, name, result, folder)
                if getattr(side, "layout", None):
                    answer |= {"layout": side.layout} | ({"layouts_ms": side.layouts} if side.layouts else {})
            elif "run" in request:
                answer = {"runs": [run() for _ in range(request["run"])]}
            else:
                run = None
                gc.collect()
                answer = {}
        except Exception as problem:
            lines = str(problem).strip().splitlines() or [repr(problem)]
            kind = "" if isinstance(problem, Unavailable) else type(problem).__name__ + ": "
            print(f"{name}: {kind}{problem}", file=sys.stderr, flush=True)
            answer = {"unavailable": kind + lines[0][:300]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()

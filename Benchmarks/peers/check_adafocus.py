#!/usr/bin/env python3
"""Compares networks of AdaFocus on TSM with PyTorch.

Two comparisons. Networks with random weights are saved by torch.save as the authors' training program does (`glancer`,
`focuser`, `fc`, `policy`), imported by `gfnet-lab models import`, or loaded by a script as they are, and evaluated on the same
clips, step by step and by the adaptive loop. And cases of the form of Tests/Fixtures/reference/adafocus_tsm@… are recorded,
with weights and clips of the formula, those of the policy included, and given to `gfnet-lab models verify`. Exit status 1
if a place differs, or anything else by a relative error of 1e-4 or more.

    Benchmarks/peers/check_adafocus.py [--python PATH] [--keep DIR] [--check]

--check compares the recording in the fixtures with what is computed here, as far as its weights are known.
"""

import argparse
import json
import os
import struct
import sys
import tempfile

import peers

FIXTURES = os.path.join(peers.ROOT, "Tests/Fixtures/reference")
# Frames of glance and patches, side of images, glance and patches, focuser, what stands before names, whether there is a
# policy of its own, whether the checkpoint is imported first.
FILES = [
    ((8, 12), 224, 224, 144, "resnet50", "", True, True), ((8, 12), 160, 96, 96, "resnet50", "module.", True, True),
    ((4, 6), 224, 224, 176, "resnet50", "", False, False), ((3, 2), 128, 64, 96, "resnet18", "module.", True, False),
]
# The same of recorded cases, without the last four.
CASES = [((8, 12), 160, 96, 96), ((4, 6), 128, 128, 64)]
TOLERANCE = 1e-4


def relative(ours, theirs):
    import numpy as np

    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


def compare_file(row, folder):
    """The largest relative errors, and the number of places that differ."""
    import numpy as np
    import torch
    from adafocus_networks import AdaFocus, normalised

    frames, image, glance, patch, focuser, wrap, policy, imports = row
    network = AdaFocus(frames, image, glance, patch, 11, focuser).randomise()
    path = os.path.join(folder, "adafocus.pth.tar")
    torch.save(network.checkpoint(wrap, policy), path)
    generator = torch.Generator().manual_seed(patch)
    levels = torch.randint(0, 256, (3, sum(frames), 3, -(-image // 16), -(-image // 16)), generator=generator)
    levels = levels.repeat_interleave(16, 3).repeat_interleave(16, 4)[..., :image, :image]
    noise = torch.randint(-20, 21, levels.shape, generator=generator)
    clips = (levels + noise).clamp(0, 255).float() / 255
    np.savez(os.path.join(folder, "input.npz"), clips=clips.numpy())
    with torch.no_grad():
        theirs = {key: value.numpy() for key, value in network(normalised(clips)).items()}
    options = [f"patch={patch}", f"image={image}", f"focus={frames[1]}"]
    if imports:
        imported = os.path.join(folder, "model.safetensors")
        answer = json.loads(peers.program(
            "models", "import", path, "-o", imported, "--force", "--json", "--patch-size", str(patch), "--image-size",
            str(image), "--focus-frames", str(frames[1])))
        known = {key: answer[key] for key in ("glance_backbone", "glance_size", "frames", "classes")}
        expected = {"glance_backbone": "mobilenetv2_100", "glance_size": glance, "frames": list(frames), "classes": 11}
        if known != expected:
            raise RuntimeError(f"imported as {known}")
        path, options = imported, []
    output = os.path.join(folder, "output.npz")
    peers.program(
        "run", os.path.join(peers.HERE, "adafocus.lua"), f"model={path}", f"input={os.path.join(folder, 'input.npz')}",
        f"output={output}", *options, "--out", os.path.join(folder, "report"))
    ours = np.load(output)
    errors = [relative(ours[key], theirs[key]) for key in ("glance_logits", "actions", "logits")]
    errors.append(max(
        relative(ours["trace"][step], theirs[key]) for step, key in enumerate(("glance_logits", "logits"))))
    places = {tuple(place) for place in theirs["coordinates"].tolist()}
    different = int((ours["coordinates"] != theirs["coordinates"]).any(1).sum())
    return errors, different, len(places), ours["madds"].tolist()


def describe(frames, image, glance, patch, seed):
    return {
        "image": image, "glance": glance, "patch": patch, "glance_frames": frames[0], "focus_frames": frames[1],
        "classes": 11, "weight_gain": 1.15, "clip_seeds": [f"{seed}g", f"{seed}f"], "prefix": "ada."}


def known_keys(network, policy=True):
    """The arrays of a case by the names that weights follow from; the policy's where they follow from a name."""
    state = {key: value for key, value in network.state_dict().items() if ".policy." not in key}
    own = network.focuser.policy.policy.state_dict()
    return state | ({"policy." + key: value for key, value in own.items()} if policy else {})


def evaluate(case, actions=None):
    import torch
    from adafocus_networks import AdaFocus
    from check_clips import fill_as
    from record_cases import formula

    frames = (case["glance_frames"], case["focus_frames"])
    network = AdaFocus(frames, case["image"], case["glance"], case["patch"], case["classes"]).eval()
    with torch.no_grad():
        for key, value in known_keys(network).items():
            fill_as(case, formula, key, value)
        network.focuser.policy.policy_old.load_state_dict(network.focuser.policy.policy.state_dict())
        found = network(clips_of(case), actions)
    return network, found


def clips_of(case):
    import torch
    from check_clips import clips_of as one

    frames = (case["glance_frames"], case["focus_frames"])
    return torch.cat([
        one({"patch": case["image"], "frames": count, "clip_seed": seed})
        for count, seed in zip(frames, case["clip_seeds"])], 1)


def save_tensors(tensors, path):
    """A safetensors file."""
    header, data = {}, b""
    for key, value in tensors.items():
        value = value.contiguous().numpy()
        kind = {"float32": "F32", "int32": "I32"}[str(value.dtype)]
        header[key] = {
            "dtype": kind, "shape": list(value.shape), "data_offsets": [len(data), len(data) + value.nbytes]}
        data += value.tobytes()
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def load_tensors(path):
    import numpy as np

    with open(path, "rb") as file:
        content = file.read()
    size = struct.unpack("<Q", content[:8])[0]
    kinds = {"F32": np.float32, "I32": np.int32}
    return {
        key: np.frombuffer(
            content[8 + size + entry["data_offsets"][0]:8 + size + entry["data_offsets"][1]], kinds[entry["dtype"]]
        ).reshape(entry["shape"])
        for key, entry in json.loads(content[8:8 + size]).items() if key != "__metadata__"}


def record(case, name, folder):
    network, found = evaluate(case)
    save_tensors(found, os.path.join(folder, name + ".safetensors"))
    keys = {key: list(value.shape) for key, value in known_keys(network).items()}
    with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as file:
        json.dump(case | {"keys": keys}, file, indent=1)
        file.write("\n")


def check_recorded():
    """The number of recordings in the fixtures that PyTorch does not give here."""
    import torch

    failures = 0
    for file in sorted(os.listdir(FIXTURES)):
        if not file.startswith("adafocus_tsm@") or not file.endswith(".json"):
            continue
        name = file.removesuffix(".json")
        with open(os.path.join(FIXTURES, file), encoding="utf-8") as text:
            case = json.load(text)
        recorded = load_tensors(os.path.join(FIXTURES, name + ".safetensors"))
        has_policy = any(key.startswith("policy.") for key in case["keys"])
        # The weights of a policy that is not listed follow from no name; what it proposed is recorded.
        network, found = evaluate(case, None if has_policy else torch.from_numpy(recorded["actions"].copy()))
        keys = ["glance_frame_logits", "glance_logits", "feature_map_mean", "actions", "coordinates", "logits"]
        errors = [relative(found[key].numpy(), recorded[key]) for key in keys]
        same = {key: list(value.shape) for key, value in known_keys(network, has_policy).items()} == case["keys"]
        good = max(errors) < TOLERANCE and same
        failures += not good
        print(f"{name:44}{'as recorded' if good else 'DIFFERS'} {max(errors):10.1e}", flush=True)
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", help="an interpreter that has torch and numpy")
    parser.add_argument("--keep", help="keep the files in this folder")
    parser.add_argument("--check", action="store_true", help="compare the fixtures' recording with PyTorch")
    options = parser.parse_args()
    peers.enter(["torch", "numpy"], options.python)

    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    failures = check_recorded() if options.check else 0
    print(f"{'file':52}{'glance':>9}{'actions':>9}{'logits':>9}{'loop':>9}  places that differ")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        for seed, row in enumerate(FILES):
            torch.manual_seed(seed)
            frames, image, glance, patch, focuser = row[:5]
            name = f"{focuser} {frames[0]}+{frames[1]} frames of {image}, glance {glance}, patch {patch}"
            try:
                errors, different, places, madds = compare_file(row, folder)
            except Exception as error:
                failures += 1
                print(f"{name:52}FAILED: {(str(error) or repr(error)).splitlines()[0][:200]}", flush=True)
                continue
            good = all(error < TOLERANCE for error in errors) and different == 0
            failures += not good
            print(
                f"{name:52}" + "".join(f"{error:9.1e}" for error in errors)
                + f"  {different} of {places} places; {madds[-1]:.2f}·10⁹ MAdds" + ("" if good else "  BEYOND"), flush=True)
        cases = os.path.join(folder, "cases")
        os.makedirs(cases, exist_ok=True)
        for number, (frames, image, glance, patch) in enumerate(CASES):
            name = f"adafocus_tsm@g{glance}p{patch}x{frames[0]}+{frames[1]}"
            record(describe(frames, image, glance, patch, f"a{number}"), name, cases)
        answer = peers.run("models", "verify", cases)
        failures += answer.returncode != 0
        print(answer.stdout + answer.stderr, end="")
    print(f"{failures} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

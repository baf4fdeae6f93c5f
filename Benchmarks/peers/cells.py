"""What `make bench` measures: cells, each one network at one size and batch, and the sides that take turns in it."""

from dataclasses import asdict, dataclass

# The rows of the paper: encoder, side of the glance and of a patch, most steps.
NETWORKS = {
    "mobilenetv3_large_100": (96, 3), "resnet50": (96, 5), "densenet121": (96, 5), "regnety_600m": (96, 5),
    "efficientnet_b2": (128, 4),
}
# Networks of clips, whose frames exchange channels: encoder, side of the frames, frames (Lin et al. 2019, TSM).
CLIP_ENCODERS = [("resnet50", 224, 8), ("mobilenetv2_100", 224, 8)]
CLIP_BATCHES = (1, 8)
# AdaFocus on TSM (Wang et al. 2021): MobileNetV2 glances at 8 frames at 224², ResNet-50 sees patches of 12 others.
ADAFOCUS = "adafocus"
ADAFOCUS_FRAMES = (8, 12)
# The network that comes with the project: 48-pixel patches of 128-pixel images.
OWN = "resnet_tiny_16"
SIDES = (96, 128, 224)
BATCHES = (1, 8, 32)
# Millions of Multiply-Adds at 224², for guesses of how long a cell takes.
MADDS = {
    "mobilenetv3_large_100": 217, "resnet50": 4090, "densenet121": 2830, "regnety_600m": 600, "efficientnet_b2": 680,
    OWN: 150, "resnet_tiny_32": 560, "mobilenetv2_100": 300, ADAFOCUS: 2900,
}

OURS = ("gfnet-lab f32", "gfnet-lab bf16")
EAGER, COMPILED = "PyTorch eager f32", "PyTorch compiled f32"
ORT = "ONNX Runtime f32"
OPENVINO = ("OpenVINO f32", "OpenVINO bf16")


@dataclass(frozen=True)
class Cell:
    part: str
    network: str
    # Side of what the encoder sees, and of the whole image.
    patch: int
    image: int
    steps: int
    batch: int
    sides: tuple
    # Of a clip, of which a batch has so many; 1: images.
    frames: int = 1

    @property
    def key(self):
        name = f"{self.part} {self.network} {self.patch}"
        if self.frames > 1:
            name = f"clips {self.frames} {name}"
        return f"{name} batch {self.batch}" if self.part != "episode" else f"{name}/{self.image} batch {self.batch}"

    def settings(self):
        """What a side has to know."""
        return {key: value for key, value in asdict(self).items() if key != "sides"}

    def guess(self, rounds):
        """Roughly how many seconds it takes on two cores of 2023."""
        work = MADDS.get(self.network, 1000) * (self.patch / 224) ** 2 * self.batch * self.steps * self.frames / 1000
        passes = {"encoder": 0.9, "episode": 0.8, "train": 3}[self.part] * len(self.sides) / 6
        compiling = 40 * (self.steps > 1) + 40 if COMPILED in self.sides else 0
        return 12 + compiling + passes * 0.075 * work * rounds


def encoder(network, side, batch, compiled):
    peers = (EAGER, *([COMPILED] if compiled else []), ORT, *OPENVINO)
    return Cell("encoder", network, side, side, 1, batch, OURS + peers)


def episode(network, patch, steps, batch, compiled):
    image = 128 if network == OWN else max(224, patch)
    return Cell("episode", network, patch, image, steps, batch, OURS + ((EAGER, COMPILED) if compiled else (EAGER,)))


def training(network, patch, steps):
    image = 128 if network.startswith("resnet_tiny") else 224
    return Cell("train", network, patch, image, steps, 32, (OURS[0], EAGER))


def clip_cells(compiles):
    """Cells of clips: encoders, episodes of one encoder in the setting of images, and AdaFocus."""
    peers = (EAGER, *([COMPILED] if compiles else []))
    for name, side, frames in CLIP_ENCODERS:
        for batch in CLIP_BATCHES:
            yield Cell("encoder", name, side, side, 1, batch, OURS + peers + (ORT, *OPENVINO), frames)
    for batch in CLIP_BATCHES:
        yield Cell("episode", "mobilenetv2_100", 96, 224, 3, batch, OURS + peers, 8)
        yield Cell("episode", "resnet50", 96, 224, 3, batch, OURS + peers, 8)
    for batch in CLIP_BATCHES:
        yield Cell("episode", ADAFOCUS, 144, 224, 2, batch, OURS + peers, sum(ADAFOCUS_FRAMES))


def plan(quick=False, compiled="some"):
    """All cells, in the order of measurement.

    A network takes half a minute to a minute to compile, at every size. So PyTorch compiled takes part at the paper's own
    size with batch 1 and 32 and in the episodes of two networks, unless `compiled` is "all" or "none"."""

    def compiles(own, batch, network=None):
        if quick:
            some = own and batch == 1 and network == "mobilenetv3_large_100"
        else:
            some = own and batch != 8
        return compiled == "all" or compiled == "some" and some

    names = list(NETWORKS)[:2] if quick else list(NETWORKS)
    cells = []
    for name in names:
        own, _ = NETWORKS[name]
        for side in [own] if quick else SIDES:
            for batch in (1, 32) if quick else BATCHES:
                cells.append(encoder(name, side, batch, compiles(side == own, batch, name)))
    for side in (48, 128):
        for batch in (1, 32):
            cells.append(encoder(OWN, side, batch, False))
    for name in names:
        for batch in (1, 32):
            few = name in ("mobilenetv3_large_100", "resnet50") and not quick
            cells.append(episode(name, *NETWORKS[name], batch, compiles(few, batch)))
    for batch in (1, 32):
        cells.append(episode(OWN, 48, 4, batch, False))
    if not quick:
        cells += clip_cells(compiled != "none")
    trained = ["mobilenetv3_large_100"] if quick else ["mobilenetv3_large_100", "resnet50"]
    cells += [training(name, *NETWORKS[name]) for name in trained]
    cells += [training(name, 48, 4) for name in ([OWN] if quick else [OWN, "resnet_tiny_32"])]
    return cells

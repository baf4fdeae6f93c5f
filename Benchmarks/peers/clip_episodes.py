"""What `make bench` has PyTorch do with clips: encoders with a temporal shift, episodes of Glance-and-Focus Networks on all
frames of a clip, and AdaFocus on TSM (Wang et al. 2021). Weights follow from the formula of record_cases.py."""

import check_clips
import torch
from cells import ADAFOCUS_FRAMES
from record_cases import Network, formula
from torch import nn

# Our name: the name in clip_networks.py, the gain of the weights that keeps activations in range.
ENCODERS = {"resnet50": ("resnet50", 1.0), "mobilenetv2_100": ("mobilenetv2", 1.4)}


class FrameEncoder(nn.Module):
    """From frames of clips, (N·T)×3×H×W, to features, which are means over the frames, and the maps of all frames side by
    side, N×(T·C)×h×w."""

    def __init__(self, name, frames):
        super().__init__()
        architecture, gain = ENCODERS[name]
        network = check_clips.network_of(
            check_clips.describe(architecture, frames, 8, "blockres", 0, gain, 0) | {"classes": 1000}, 0).eval()
        self.net, self.frames = network.base_model, frames
        self.classifier = getattr(self.net, network.last)

    def forward(self, frames):
        maps = self.net.maps(frames)
        features = maps.mean((2, 3)).unflatten(0, (-1, self.frames)).mean(1)
        return features, maps.unflatten(0, (-1, self.frames)).flatten(1, 2)


class Features(nn.Module):
    """The encoder's features alone."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, frames):
        return self.encoder(frames)[0]


def clip_features(cell):
    return Features(FrameEncoder(cell["network"], cell["frames"])).eval()


class ClipNetwork(Network):
    """A Glance-and-Focus Network whose items are clips: every step looks at one place of all frames."""

    def build_encoder(self, name):
        encoder = FrameEncoder(name, self.case["frames"])
        return encoder, encoder, encoder.classifier, str

    def patches(self, images, actions):
        return super().patches(images, actions.repeat_interleave(self.case["frames"], 0))


class AdaFocus(nn.Module):
    """Glance at 8 frames, one place for patches of 12 others, the sum of the mean logits of both."""

    def __init__(self, side):
        super().__init__()
        self.side = side
        self.glancer = FrameEncoder("mobilenetv2_100", ADAFOCUS_FRAMES[0])
        self.focuser = FrameEncoder("resnet50", ADAFOCUS_FRAMES[1])
        channels = 1280 * ADAFOCUS_FRAMES[0]
        self.state = nn.Sequential(
            nn.Conv2d(channels, 64, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.Flatten(),
            nn.Linear(64 * 49, 1024), nn.BatchNorm1d(1024), nn.ReLU())
        self.memory, self.actor = nn.GRU(1024, 1024), nn.Sequential(nn.Linear(1024, 2), nn.Sigmoid())
        with torch.no_grad():
            for part in ("state", "memory", "actor"):
                for key, value in getattr(self, part).state_dict().items():
                    if value.dim() > 1:
                        value.copy_(formula(f"adafocus.{part}.{key}", *value.shape) * (3 / value[0].numel()) ** 0.5)
        self.eval()

    def glance(self, clips):
        """Of clips × frames × 3 × height × width: what the classifier of the glance says, maps."""
        frames = clips[:, : ADAFOCUS_FRAMES[0]].flatten(0, 1)
        features, maps = self.encode_glance(frames)
        return self.glancer.classifier(features), maps

    def focus(self, clips, maps):
        state, _ = self.memory(self.state(maps)[None])
        actions = self.actor(state[0])
        side, frames = self.side, clips[:, ADAFOCUS_FRAMES[0]:]
        places = torch.floor(actions * (clips.shape[-1] - side)).int().tolist()
        patches = torch.cat([clip[..., r:r + side, c:c + side] for clip, (r, c) in zip(frames, places)])
        return self.focuser.classifier(self.encode_patches(patches)[0])

"""AdaFocus on TSM in PyTorch (Wang et al. 2021), under the names that its authors' files have."""

import torch
from torch import nn

from clip_networks import MobileNetV2, ResNet, shift_mobilenet, shift_resnet

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class Glancer(nn.Module):
    def __init__(self, frames, classes):
        super().__init__()
        self.net = MobileNetV2(classes)
        shift_mobilenet(self.net, frames, 8)

    def forward(self, x):
        maps = self.net.features(x)
        return maps, self.net.classifier(maps.mean((2, 3)))


class Children(nn.Module):
    """A residual network without its classifier, as the list of its children."""

    def __init__(self, architecture, frames):
        super().__init__()
        net = ResNet(architecture, 1)
        shift_resnet(net, frames, 8, "blockres")
        self.features = net.fc.in_features
        self.base_model = nn.Sequential(
            net.conv1, net.bn1, nn.ReLU(), nn.MaxPool2d(3, 2, 1), net.layer1, net.layer2, net.layer3, net.layer4)

    def forward(self, x):
        return self.base_model(x).mean((2, 3))


class ActorCritic(nn.Module):
    def __init__(self, channels, side, units=1024):
        super().__init__()
        self.state_encoder = nn.Sequential(
            nn.Conv2d(channels, 64, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.Flatten(),
            nn.Linear(64 * side * side, units), nn.BatchNorm1d(units), nn.ReLU())
        self.gru = nn.GRU(units, units)
        self.actor = nn.Sequential(nn.Linear(units, 2), nn.Sigmoid())
        self.critic = nn.Sequential(nn.Linear(units, 1))

    def forward(self, maps):
        return self.actor(self.gru(self.state_encoder(maps)[None])[0][0])


class Policy(nn.Module):
    """The policy that learns, and the one that acts."""

    def __init__(self, channels, side):
        super().__init__()
        self.policy, self.policy_old = ActorCritic(channels, side), ActorCritic(channels, side)
        self.policy_old.load_state_dict(self.policy.state_dict())


class Focuser(nn.Module):
    def __init__(self, architecture, frames, channels, side):
        super().__init__()
        self.net = Children(architecture, frames)
        self.policy = Policy(channels, side)


class AdaFocus(nn.Module):
    """A glance at `frames[0]` frames of G×G pixels, and patches of P×P of `frames[1]` others of S×S."""

    def __init__(self, frames, image, glance, patch, classes, architecture="resnet50"):
        super().__init__()
        self.frames, self.image, self.glance, self.patch = frames, image, glance, patch
        self.glancer = Glancer(frames[0], classes)
        self.focuser = Focuser(architecture, frames[1], 1280 * frames[0], -(-glance // 32))
        self.classifier = nn.Linear(self.focuser.net.features, classes)

    def randomise(self):
        """Batch norms as after training, and a policy that looks elsewhere for each clip."""
        with torch.no_grad():
            for module in self.modules():
                if isinstance(module, (nn.BatchNorm2d, nn.BatchNorm1d)):
                    module.running_mean.normal_(0, 0.1)
                    module.running_var.uniform_(0.5, 1.5)
                    module.weight.uniform_(0.7, 1.3)
                    module.bias.normal_(0, 0.1)
            policy = self.focuser.policy.policy
            policy.actor[0].weight.mul_(20)
            self.focuser.policy.policy_old.load_state_dict(policy.state_dict())
        return self.eval()

    def checkpoint(self, wrap="", policy=True):
        """What the authors' training program saves."""
        def state(module):
            return {wrap + key: value for key, value in module.state_dict().items()}
        found = {
            "epoch": 3, "model_state_dict": {"unused": torch.zeros(2)}, "glancer": state(self.glancer),
            "focuser": state(self.focuser), "fc": state(self.classifier), "acc": 41.5, "best_acc": torch.tensor(41.5)}
        return found | ({"policy": self.focuser.policy.policy.state_dict()} if policy else {})

    def forward(self, clips, actions=None):
        """Of clips × frames × 3 × S × S, normalised, the frames of the glance first: a dictionary of what is found.

        Patches are cut at `actions` where these are given, in the place of the policy's."""
        count, first = clips.shape[0], self.frames[0]
        small = nn.functional.interpolate(clips[:, :first].flatten(0, 1), (self.glance, self.glance))
        maps, frame_logits = self.glancer(small)
        frame_logits = frame_logits.unflatten(0, (count, first))
        if actions is None:
            actions = self.focuser.policy.policy_old(maps.reshape(count, -1, *maps.shape[2:]))
        corners = torch.floor(actions * (self.image - self.patch)).int()
        patches = torch.stack([
            clip[first:, :, row:row + self.patch, column:column + self.patch]
            for clip, (row, column) in zip(clips, corners.tolist())])
        own = self.classifier(self.focuser.net(patches.flatten(0, 1))).unflatten(0, (count, self.frames[1]))
        glance = frame_logits.mean(1)
        return {
            "glance_frame_logits": frame_logits, "glance_logits": glance, "actions": actions, "coordinates": corners,
            "feature_map_mean": maps.mean((2, 3)).unflatten(0, (count, first)), "logits": glance + own.mean(1)}


def normalised(clips):
    """Levels from 0 to 1, as the networks take them."""
    mean, deviation = (torch.tensor(values).view(1, 1, 3, 1, 1) for values in (MEAN, DEVIATION))
    return (clips - mean) / deviation

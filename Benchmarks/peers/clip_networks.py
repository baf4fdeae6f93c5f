"""Encoders of clips in PyTorch (Lin et al. 2019, temporal shift), under the names that their authors' files have."""

import torch
from torch import nn

# Of residual networks: blocks in each stage, whether they are bottlenecks.
RESIDUAL = {
    "resnet18": ((2, 2, 2, 2), False), "resnet34": ((3, 4, 6, 3), False), "resnet50": ((3, 4, 6, 3), True),
    "resnet101": ((3, 4, 23, 3), True)}
# Of MobileNetV2: expansion, outputs, repeats, stride.
MOBILE = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


class Shift(nn.Module):
    """Channels of each frame from its neighbours, then `net`."""

    def __init__(self, net, frames, divisor):
        super().__init__()
        self.net, self.frames, self.divisor = net, frames, divisor

    def forward(self, x):
        clips = x.unflatten(0, (-1, self.frames))
        fold = x.shape[1] // self.divisor
        if torch.onnx.is_in_onnx_export():
            # What other libraries run fast: pieces side by side instead of assignments.
            first, second, rest = clips.split([fold, fold, x.shape[1] - 2 * fold], 2)
            nothing = torch.zeros_like(first[:, :1])
            pieces = torch.cat([first[:, 1:], nothing], 1), torch.cat([nothing, second[:, :-1]], 1), rest
            return self.net(torch.cat(pieces, 2).flatten(0, 1))
        result = torch.zeros_like(clips)
        result[:, :-1, :fold] = clips[:, 1:, :fold]
        result[:, 1:, fold:2 * fold] = clips[:, :-1, fold:2 * fold]
        result[:, :, 2 * fold:] = clips[:, :, 2 * fold:]
        return self.net(result.flatten(0, 1))


class Residual(nn.Module):
    """A basic block, or a bottleneck, of a residual network, under torchvision's names."""

    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        outputs = 4 * width if bottleneck else width
        kernels = [(1, 1), (3, stride), (1, 1)] if bottleneck else [(3, stride), (3, 1)]
        channels = inputs
        self.depth = len(kernels)
        for number, (kernel, step) in enumerate(kernels, 1):
            after = outputs if number == self.depth else width
            setattr(self, f"conv{number}", nn.Conv2d(channels, after, kernel, step, kernel // 2, bias=False))
            setattr(self, f"bn{number}", nn.BatchNorm2d(after))
            channels = after
        self.downsample = None
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = x
        for number in range(1, self.depth + 1):
            y = getattr(self, f"bn{number}")(getattr(self, f"conv{number}")(y))
            y = y.relu() if number < self.depth else y
        return (y + (self.downsample(x) if self.downsample else x)).relu()


class ResNet(nn.Module):
    def __init__(self, name, classes):
        super().__init__()
        depths, bottleneck = RESIDUAL[name]
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        channels = 64
        for stage, depth in enumerate(depths):
            width, blocks = 64 << stage, []
            for index in range(depth):
                blocks.append(Residual(channels, width, 2 if stage and not index else 1, bottleneck))
                channels = 4 * width if bottleneck else width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(channels, classes)

    def maps(self, x):
        x = nn.functional.max_pool2d(self.bn1(self.conv1(x)).relu(), 3, 2, 1)
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))

    def forward(self, x):
        return self.fc(self.maps(x).mean((2, 3)))


class InvertedResidual(nn.Module):
    """Its layers are one flat list."""

    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        width = inputs * expansion
        self.adds = stride == 1 and inputs == outputs
        layers = []
        if expansion > 1:
            layers += [nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU6(inplace=True)]
        layers += [
            nn.Conv2d(width, width, 3, stride, 1, groups=width, bias=False), nn.BatchNorm2d(width), nn.ReLU6(inplace=True),
            nn.Conv2d(width, outputs, 1, bias=False), nn.BatchNorm2d(outputs)]
        self.conv = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.conv(x) if self.adds else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self, classes):
        super().__init__()
        layers = [self.layer(3, 32, 3, 2)]
        channels = 32
        for expansion, outputs, repeats, stride in MOBILE:
            for index in range(repeats):
                layers.append(InvertedResidual(channels, outputs, stride if index == 0 else 1, expansion))
                channels = outputs
        self.features = nn.Sequential(*layers, self.layer(channels, 1280, 1, 1))
        self.classifier = nn.Linear(1280, classes)

    @staticmethod
    def layer(inputs, outputs, kernel, stride):
        return nn.Sequential(
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs),
            nn.ReLU6(inplace=True))

    def maps(self, x):
        return self.features(x)

    def forward(self, x):
        return self.classifier(self.maps(x).mean((2, 3)))


def shift_resnet(net, frames, divisor, place):
    every = 2 if place == "blockres" and len(net.layer3) >= 23 else 1
    for name in ("layer1", "layer2", "layer3", "layer4"):
        stage = getattr(net, name)
        for index in range(0, len(stage), every):
            if place == "block":
                stage[index] = Shift(stage[index], frames, divisor)
            else:
                stage[index].conv1 = Shift(stage[index].conv1, frames, divisor)


def shift_mobilenet(net, frames, divisor):
    for block in net.features[1:-1]:
        if block.adds and len(block.conv) == 8:
            block.conv[0] = Shift(block.conv[0], frames, divisor)


class ClipNetwork(nn.Module):
    """`architecture` on clips of `frames` frames; with dropout its last layer is called new_fc."""

    def __init__(self, architecture, frames, divisor=8, place="blockres", classes=10, dropout=0.5):
        super().__init__()
        if architecture == "mobilenetv2":
            self.base_model = MobileNetV2(classes)
            shift_mobilenet(self.base_model, frames, divisor)
            self.last = "classifier"
        else:
            self.base_model = ResNet(architecture, classes)
            shift_resnet(self.base_model, frames, divisor, place)
            self.last = "fc"
        if dropout:
            self.new_fc = getattr(self.base_model, self.last)
            setattr(self.base_model, self.last, nn.Dropout(dropout))

    def randomise(self):
        """Batch norms as after training; all other weights stay as they are initialised."""
        with torch.no_grad():
            for module in self.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.running_mean.normal_(0, 0.1)
                    module.running_var.uniform_(0.5, 1.5)
                    module.weight.uniform_(0.7, 1.3)
                    module.bias.normal_(0, 0.1)
        return self.eval()

    def forward(self, clips):
        """Of clips × frames × 3 × height × width: features and logits of each frame, and the clip's logits."""
        seen = []
        hook = getattr(self.base_model, self.last).register_forward_hook(lambda _, given, __: seen.append(given[0]))
        try:
            logits = self.base_model(clips.flatten(0, 1))
        finally:
            hook.remove()
        if hasattr(self, "new_fc"):
            logits = self.new_fc(logits)
        features, logits = seen[0].unflatten(0, clips.shape[:2]), logits.unflatten(0, clips.shape[:2])
        return features, logits, logits.mean(1)

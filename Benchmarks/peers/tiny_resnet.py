"""The residual networks for small inputs of Sources/Backbones/TinyResNet.swift in PyTorch, with torchvision's blocks."""

import torch
from torch import nn
from torchvision.models.resnet import BasicBlock

# Width of the first stage, blocks in each of the three.
SIZES = {
    "resnet_tiny_16": (16, (1, 1, 1)), "resnet_tiny_24": (24, (1, 1, 1)),
    "resnet_tiny_32": (32, (1, 1, 1)), "resnet_tiny_32d": (32, (1, 2, 2)),
}


class TinyResNet(nn.Module):
    def __init__(self, name, classes=1000):
        super().__init__()
        width, depths = SIZES[name]
        channels = max(16, width // 2)
        self.conv1 = nn.Conv2d(3, channels, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        stages = []
        for stage, depth in enumerate(depths):
            blocks, outputs = [], width << stage
            for index in range(depth):
                stride = 2 if stage > 0 and index == 0 else 1
                shortcut = None
                if stride > 1 or channels != outputs:
                    shortcut = nn.Sequential(
                        nn.Conv2d(channels, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
                blocks.append(BasicBlock(channels, outputs, stride, shortcut))
                channels = outputs
            stages.append(nn.Sequential(*blocks))
        self.layer1, self.layer2, self.layer3 = stages
        self.fc = nn.Linear(channels, classes)

    def encode(self, images: torch.Tensor):
        """Pooled features and the last map."""
        maps = self.relu(self.bn1(self.conv1(images)))
        maps = self.layer3(self.layer2(self.layer1(maps)))
        return maps.mean((2, 3)), maps

"""Frames to a CSV file of objects with torchvision's Mask R-CNN as it comes: 800 pixels a side.

python benchmarks/plain_segment.py FRAMES WEIGHTS OUT
"""

import csv
import sys
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import load_file
from torchvision import transforms
from torchvision.models.detection import maskrcnn_resnet50_fpn_v2


def main() -> None:
    frames, weights, out = sys.argv[1:]
    network = maskrcnn_resnet50_fpn_v2(weights=None, weights_backbone=None)
    network.load_state_dict(load_file(weights))
    network.eval()
    prepare = transforms.ToTensor()
    with Path(out).open("w", newline="") as file, torch.no_grad():
        rows = csv.writer(file)
        for path in sorted(Path(frames).rglob("*.jpg")):
            (found,) = network([prepare(Image.open(path).convert("RGB"))])
            areas = (found["masks"][:, 0] >= 0.5).float().mean((1, 2))
            for label, score, area in zip(found["labels"], found["scores"], areas, strict=True):
                rows.writerow([path, int(label), float(score), float(area)])


if __name__ == "__main__":
    main()

"""Frames to a CSV file as most people would write it: PIL and torchvision, one picture a pass.

python benchmarks/plain_classify.py FRAMES WEIGHTS ARCH OUT
"""

import csv
import sys
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import load_file
from torchvision import models, transforms

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def main() -> None:
    frames, weights, arch, out = sys.argv[1:]
    network = models.get_model(arch, weights=None)
    network.load_state_dict(load_file(weights))
    network.eval()
    prepare = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize(mean=MEAN, std=DEVIATION)]
    )
    with Path(out).open("w", newline="") as file, torch.no_grad():
        rows = csv.writer(file)
        for path in sorted(Path(frames).rglob("*.jpg")):
            picture = prepare(Image.open(path).convert("RGB"))
            probability = network(picture.unsqueeze(0)).softmax(1)[0]
            confidence, best = probability.max(0)
            rows.writerow([path, int(best), float(confidence)])


if __name__ == "__main__":
    main()

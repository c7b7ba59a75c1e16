import numpy as np
import pytest
import torch
from torch.nn import functional
from torchvision.models.detection.roi_heads import paste_masks_in_image
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from vidrec.segmenter.pixels import network_size, padded, paste, prepare, resize

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@pytest.mark.parametrize(("height", "width"), [(5, 7), (12, 9), (1, 1), (5, 30), (40, 3)])
def test_values_are_scaled_as_torch_scales_them(height: int, width: int) -> None:
    values = np.random.default_rng(0).random((5, 7, 3), dtype=np.float32)
    expected = functional.interpolate(
        torch.from_numpy(values).permute(2, 0, 1)[None],
        size=(height, width),
        mode="bilinear",
        align_corners=False,
    )[0]
    found = resize(values, height, width)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.transpose(2, 0, 1), expected.numpy(), atol=1e-6)


@pytest.mark.parametrize(
    ("height", "width", "resolution"),
    [(224, 224, 320), (224, 224, 100), (48, 64, 64), (30, 100, 64), (50, 10, 49), (224, 224, 224)],
)
def test_a_frame_is_prepared_as_torchvision_prepares_it(
    height: int, width: int, resolution: int
) -> None:
    frame = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    transform = GeneralizedRCNNTransform(resolution, 2 * resolution, list(MEAN), list(STD)).eval()
    expected, _ = transform([torch.from_numpy(frame).permute(2, 0, 1).float() / 255])
    size = network_size(height, width, resolution)
    assert [size] == expected.image_sizes
    assert padded(size) == tuple(expected.tensors.shape[2:])
    found = prepare(frame, size, np.array(MEAN, np.float32), np.array(STD, np.float32))
    np.testing.assert_allclose(found, expected.tensors.numpy(), atol=1e-4)


def test_a_mask_is_pasted_where_torchvision_pastes_it() -> None:
    generator = np.random.default_rng(0)
    probability = generator.random((60, 28, 28), dtype=np.float32)
    corners = np.sort(generator.random((60, 2, 2), dtype=np.float32), axis=1).reshape(60, 4)
    boxes = corners * np.array([80, 60, 80, 60], np.float32)
    boxes[0], boxes[1], boxes[2] = (0, 0, 80, 60), (3.2, 4.1, 3.3, 4.2), (79.5, 59.5, 80, 60)
    expected = paste_masks_in_image(
        torch.from_numpy(probability)[:, None], torch.from_numpy(boxes), (60, 80)
    )[:, 0].numpy()
    for each, box, mask in zip(probability, boxes, expected, strict=True):
        sure = np.abs(mask - 0.5) > 1e-5
        pasted = paste(each, box, (60, 80), 0.5)
        assert (pasted == (mask >= 0.5))[sure].all()
        assert sure.mean() > 0.99

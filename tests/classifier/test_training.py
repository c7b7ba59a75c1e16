import numpy as np
import pytest
import torch
from torch.optim import SGD

from vidrec.classifier.training import MAX_OBJECTS, STRIDE, Stills, one_cycle, render_stills
from vidrec.drawing.objects import LABELS
from vidrec.drawing.stills import render_still
from vidrec.settings.prepare_weights import ClassifierTraining

TRAINING = ClassifierTraining(
    seed=7,
    threads=1,
    precision="fp32",
    input_size=64,
    closeups=1,
    closeup_epochs=1,
    stills=3,
    still_epochs=1,
    learning_rate=0.001,
)


def made_stills(count: int) -> Stills:
    """Pictures of one value each, 0, 1, 2, …, with that number at the left of shares and map."""
    pictures = torch.arange(count, dtype=torch.uint8).reshape(-1, 1, 1, 1).repeat(1, 3, 4, 4)
    pictures[:, :, :, 0] += 100
    shares = torch.arange(count, dtype=torch.float32).reshape(-1, 1).repeat(1, 2)
    maps = torch.zeros(count, 2, 2, 2)
    maps[:, :, :, 0] = shares[:, :, None]
    return Stills(pictures, shares, maps)


def test_each_epoch_shows_every_still_once() -> None:
    stills, generator = made_stills(5), torch.Generator().manual_seed(0)
    batches = list(stills.batches(2, 2, generator))
    assert [len(batch.pictures) for batch in batches] == [2, 2, 1, 2, 2, 1]
    assert len(batches) == stills.count(2, 2)
    shown = [int(row[0]) for batch in batches for row in batch.shares]
    assert sorted(shown[:5]) == sorted(shown[5:]) == [0, 1, 2, 3, 4]


def test_a_mirrored_picture_has_a_mirrored_map_and_the_same_shares() -> None:
    stills = made_stills(3)
    mirrored = stills.mirrored()
    assert (mirrored.pictures[:, :, :, -1] == stills.pictures[:, :, :, 0]).all()
    assert (mirrored.maps[:, :, :, -1] == stills.maps[:, :, :, 0]).all()
    assert (mirrored.maps[:, :, :, 0] == 0).all()
    assert (mirrored.shares == stills.shares).all()


def test_rendered_stills_are_those_of_their_seed_and_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VIDREC_WORKERS", "1")
    found = render_stills(render_still, TRAINING, 2, 64)
    assert found.pictures.shape == (2, 3, 64, 64)
    assert found.shares.shape == (2, len(LABELS))
    assert found.maps.shape == (2, len(LABELS), 64 // STRIDE, 64 // STRIDE)
    second = render_still("classifier", 7, 1, 64, MAX_OBJECTS)
    assert (found.pictures[1].permute(1, 2, 0).numpy() == np.asarray(second.picture)).all()
    np.testing.assert_allclose(found.shares[1], second.shares(), rtol=1e-6)


@pytest.mark.parametrize("steps", range(1, 12))
def test_any_number_of_steps_has_a_rise_and_a_fall(steps: int) -> None:
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], 1.0)
    schedule, rates = one_cycle(optimizer, 0.5, steps), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    peak = optimizer.param_groups[0]["lr"] if steps == 1 else max(rates)
    assert peak == pytest.approx(0.5, rel=0.2)
    assert rates[0] < peak


def test_a_long_run_rises_for_a_fifth_of_its_steps() -> None:
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], 1.0)
    schedule = one_cycle(optimizer, 0.5, 99)
    for _ in range(19):
        optimizer.step()
        schedule.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.5)

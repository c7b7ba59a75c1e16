import pytest
import torch
from torch.optim import SGD

from vidrec.classifier.training import one_cycle


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

import numpy as np

from vidrec.metrics.figures import rounded


def test_figures_have_four_decimals() -> None:
    assert rounded(np.float64(2 / 3)) == 0.6667
    assert type(rounded(np.float64(1))) is float

from pathlib import Path

import numpy as np
import pytest

from vidrec.metrics.figures import read_figures, rounded
from vidrec.workflow.errors import UserError


def test_figures_have_four_decimals() -> None:
    assert rounded(np.float64(2 / 3)) == 0.6667
    assert type(rounded(np.float64(1))) is float


def test_figures_are_read_by_name(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text('{"accuracy": null, "macro_f1": 0.5}')
    assert read_figures(path) == {"accuracy": None, "macro_f1": 0.5}


@pytest.mark.parametrize("content", ["[]", "null", "0.5", '"accuracy"'])
def test_what_has_no_names_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "m.json"
    path.write_text(content)
    with pytest.raises(UserError, match=r"m\.json does not hold figures by name: make it again"):
        read_figures(path)

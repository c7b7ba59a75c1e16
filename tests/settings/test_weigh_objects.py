import pytest

from vidrec.settings.weigh_objects import TERMS, WeightingSettings, unfit_term
from vidrec.workflow.errors import UserError


def test_a_term_is_fit_where_the_detections_have_its_numbers() -> None:
    for detector, terms in TERMS.items():
        assert [unfit_term(detector, term) for term in terms] == [None] * len(terms)
    assert unfit_term("finetuned", "area") == (
        "weigh_objects.term is area, for which finetuned detections have no numbers: set"
        " weigh_objects.detector to segmented, or term to confidence"
    )


def test_masks_have_no_distribution_while_any_table_may_have_areas() -> None:
    with pytest.raises(UserError) as refused:
        WeightingSettings("segmented", "probability", "sqrt", True, False, "l2", 0.0)
    assert str(refused.value) == unfit_term("segmented", "probability")
    assert WeightingSettings("classified", "area", "sqrt", True, False, "l2", 0.0).term == "area"

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidrec.recommender.group_shares import Grouping, Shares, by_group, shares
from vidrec.recommender.reasons import Reason
from vidrec.vocabulary.groups import Vocabulary

LABELS = ["airliner", "airship", "lakeside", "own thing", "warplane"]
VOCABULARY = Vocabulary(
    {
        "airliner": "aircraft",
        "airship": "aircraft",
        "warplane": "aircraft",
        "lakeside": "shore",
    },
    {},
    {},
)
GROUPING = Grouping.of(LABELS, VOCABULARY)


def test_a_label_without_a_group_is_its_own() -> None:
    assert GROUPING.groups == ["aircraft", "own thing", "shore"]
    assert GROUPING.numbers.tolist() == [0, 0, 2, 1, 0]


def test_shares_add_up_by_group() -> None:
    products = np.array([0.2, 0.3, 0.25, 0.05, 0.2])
    found = shares(products, GROUPING, 2)
    assert [(each.group, round(each.share, 9), each.more) for each in found.first] == [
        (0, 0.7, 0),
        (2, 0.25, 0),
    ]
    assert [each.labels for each in found.first] == [[(1, 0.3), (0, 0.2), (4, 0.2)], [(2, 0.25)]]
    assert (found.others, round(found.rest, 9)) == (1, 0.05)


def test_equal_groups_and_labels_are_in_order_of_their_names() -> None:
    found = shares(np.array([0.5, 0, 1.0, 1.0, 0.5]), GROUPING, 3)
    assert [each.group for each in found.first] == [0, 1, 2]
    assert [label for label, _ in found.first[0].labels] == [0, 4]


def test_of_many_labels_of_a_group_the_first_are_told() -> None:
    labels = [f"dog {number}" for number in range(6)]
    grouping = Grouping.of(labels, Vocabulary(dict.fromkeys(labels, "dog"), {}, {}))
    (dog,) = shares(np.arange(1.0, 7.0), grouping, 4).first
    assert [label for label, _ in dog.labels] == [5, 4, 3]
    assert (dog.more, round(dog.share, 9)) == (3, 1.0)


def test_nothing_in_common_has_no_shares() -> None:
    assert shares(np.zeros(5), GROUPING, 4) == Shares([], 0, 0.0)


@given(st.lists(st.floats(0, 1), min_size=5, max_size=5), st.integers(1, 4))
def test_all_together_are_one(products: list[float], most: int) -> None:
    found = shares(np.array(products), GROUPING, most)
    total = sum(each.share for each in found.first) + found.rest
    assert total == pytest.approx(1.0 if sum(products) else 0.0)
    assert found.others == max(
        0,
        len({GROUPING.numbers[i] for i, x in enumerate(products) if x / (sum(products) or 1)})
        - most,
    )


def test_reasons_add_up_by_group_with_all_their_labels() -> None:
    told = [
        ("airship", 0.3),
        ("lakeside", 0.25),
        ("airliner", 0.2),
        ("warplane", 0.2),
        ("own thing", 0.05),
    ]
    found = by_group([Reason(label, share) for label, share in told], VOCABULARY)
    assert [(each.group, round(each.share, 9)) for each in found] == [
        ("aircraft", 0.7),
        ("shore", 0.25),
        ("own thing", 0.05),
    ]
    assert [reason.label for reason in found[0].labels] == ["airship", "airliner", "warplane"]
    assert by_group([], VOCABULARY) == []

import numpy as np

from vidrec.recommender.group_shares import Grouping
from vidrec.recommender.recommendations import Ranked
from vidrec.report.likeness import likeness
from vidrec.vectors.vectors import Vectors
from vidrec.vocabulary.groups import Vocabulary
from vidrec.workflow.video import pair

LABELS = ["airliner", "airship", "lakeside"]
VOCABULARY = Vocabulary(
    {"airliner": "aircraft", "airship": "aircraft", "lakeside": "shore"}, {}, {}
)
GROUPING = Grouping.of(LABELS, VOCABULARY)


def test_what_a_video_is_of_is_what_it_has_in_common_with_itself() -> None:
    values = np.array([[0.6, 0.0, 0.8], [1.0, 0, 0]])
    vectors = Vectors(pair(["c", "c"], ["a", "b"]), LABELS, values)
    found = likeness(vectors, [[Ranked(1, 0.6, 0.6)], []], GROUPING)
    assert [(each.group, round(each.share, 6)) for each in found.objects[0].first] == [
        (1, 0.64),
        (0, 0.36),
    ]
    assert [[each.first[0].group for each in row] for row in found.matches] == [[0], []]

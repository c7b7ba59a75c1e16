"""What a network's labels mean in own classes."""

import numpy as np
import pandas as pd

from vidrec.detections.masks import COLUMNS, Segments
from vidrec.detections.rle import encode_mask
from vidrec.segmenter.annotated import Marked
from vidrec.segmenter.mask_scores import Picture
from vidrec.segmenter.own_labels import learn_meaning, translate


def picture(*pairs: tuple[str, str]) -> Picture:
    """Of each pair of a label that is found and a class that is marked one object in its corner."""
    rows, masks, marked = [], [], []
    for place, (label, own) in enumerate(pairs):
        mask = np.zeros((8, 8), dtype=np.bool_)
        mask[:, 2 * place : 2 * place + 2] = True
        if label:
            rows.append((1, label, 0.9, 25.0))
            masks.append(encode_mask(mask))
        if own:
            marked.append(Marked(own, encode_mask(mask)))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return Picture(Segments([1], table, masks), tuple(marked))


def test_a_label_means_what_it_was_found_upon_most_and_an_equal_name_itself() -> None:
    seen = [
        picture(("car", "taxi"), ("car", "taxi"), ("bus", "van"), ("tree", "")),
        picture(("car", "van"), ("taxi", "van"), ("", "bike")),
    ]
    known = ["car", "taxi", "bus", "tree", "bike"]
    meaning = learn_meaning(seen, known, ["bike", "taxi", "van"])
    # Nothing was found as a bike, but the network knows what that is.
    assert meaning.stands_for == {"taxi": "taxi", "car": "taxi", "bus": "van", "bike": "bike"}
    assert meaning.origin == {"taxi": "taxi", "van": "bus", "bike": "bike"}
    own = translate(seen[0].found, meaning)
    assert own.table["label"].tolist() == ["taxi", "taxi", "van"]
    assert own.masks == seen[0].found.masks[:3]

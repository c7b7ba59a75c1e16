"""What is said around an answer, in the languages that objects have names in."""

import os
from collections.abc import Mapping

from vidrec.vocabulary.groups import ENGLISH, SPANISH

# In the order in which POSIX has them decide the language of messages.
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")

TEXTS: Mapping[str, Mapping[str, str]] = {
    ENGLISH: {
        "most_similar": "most similar to {names}:",
        "and": "and",
        "nothing": "no video of the index has an object in common with it",
        "none_of_category": "no video of such a category has an object in common with it",
        "alone": "it is the only video of its category",
        "only_copies": "all others of its category are copies of it",
        "too_few": "to learn categories takes two of them with two videos each that are no copies",
        "untrained": "`dvc repro train_video_classifier` makes the classifier of videos",
        "category": "category by its objects: {said}",
        "not_known": "not known: {why}",
        "copies": "copies of it, left out: {names}",
        "more_copies": " and {count} more",
        "corrected": "ranked by similarity less half of what each has to its own nearest: what is"
        " near to everything comes later",
        "rank": "rank",
        "video": "video",
        "kind": "category",
        "similarity": "similarity",
        "title": "title",
        "in_both": "objects in both",
        "others": "and {count} more {share}",
        "unsure_confidence": "unsure: nothing in it is recognised with confidence ({value:.2f}; 95"
        " of 100 videos of the index have more than {usual:.2f})",
        "unsure_match": "unsure: its best match is less alike than usual ({value:.3f}; 95 of 100"
        " videos of the index have one of more than {usual:.3f})",
        "unsure_blank": "unsure: its frames show nothing, all of one colour",
    },
    SPANISH: {
        "most_similar": "los más parecidos a {names}:",
        "and": "y",
        "nothing": "ningún vídeo del índice tiene un objeto en común con él",
        "none_of_category": "ningún vídeo de tal categoría tiene un objeto en común con él",
        "alone": "es el único vídeo de su categoría",
        "only_copies": "todos los demás de su categoría son copias suyas",
        "too_few": "para aprender categorías hacen falta dos, con dos vídeos cada una que no sean"
        " copias",
        "untrained": "`dvc repro train_video_classifier` hace el clasificador de vídeos",
        "category": "categoría por sus objetos: {said}",
        "not_known": "no se sabe: {why}",
        "copies": "copias suyas, omitidas: {names}",
        "more_copies": " y {count} más",
        "corrected": "en orden de similitud menos la mitad de la que cada uno tiene con los más"
        " cercanos a él: lo que está cerca de todo va después",
        "rank": "puesto",
        "video": "vídeo",
        "kind": "categoría",
        "similarity": "similitud",
        "title": "título",
        "in_both": "objetos en ambos",
        "others": "y {count} más {share}",
        "unsure_confidence": "poco seguro: no se reconoce nada con confianza ({value:.2f}; 95 de"
        " cada 100 vídeos del índice tienen más de {usual:.2f})",
        "unsure_match": "poco seguro: el más parecido lo es menos de lo habitual ({value:.3f}; 95"
        " de cada 100 vídeos del índice tienen uno de más de {usual:.3f})",
        "unsure_blank": "poco seguro: sus fotogramas no muestran nada, son de un solo color",
    },
}


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """The language that an environment's locale asks for: Spanish, or else English."""
    locale = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    return SPANISH if locale.lower().startswith(SPANISH) else ENGLISH


def percent(share: float) -> str:
    """A share as people read it: 0 and 100 are only what is."""
    whole = round(100 * share)
    if share > 0 and whole < 1:
        return "<1%"
    return ">99%" if whole == 100 and share < 1 - 1e-9 else f"{whole}%"

"""What is wrong with params.yaml, all of it at once, before a run is spent on it.

It only reads, and imports no library that takes long to load.
"""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vidrec.commands.near_names import hint
from vidrec.settings import (
    build_index,
    classify_frames,
    download_videos,
    draw_truth,
    embed_images,
    evaluate_classified,
    evaluate_segmented,
    extract_frames,
    finetune_head,
    finetune_segmenter,
    objects,
    prepare_segmenter,
    prepare_weights,
    quantize_classifier,
    render_report,
    segment_objects,
    train_video_classifier,
    weigh_objects,
)
from vidrec.settings.pairs import (
    DOUBTS,
    MISFITS,
    OWN_SEGMENTER,
    RUN,
    broken,
)
from vidrec.settings.places import places
from vidrec.workflow import params
from vidrec.workflow.errors import UserError

# What the stages read, in the order of params.yaml.
KINDS: tuple[type, ...] = (
    prepare_weights.Params,
    prepare_segmenter.Params,
    download_videos.Params,
    draw_truth.Params,
    extract_frames.FrameSettings,
    quantize_classifier.Params,
    classify_frames.Params,
    evaluate_classified.Params,
    embed_images.Params,
    finetune_head.Params,
    finetune_segmenter.Params,
    segment_objects.WeightsChoice,
    segment_objects.Params,
    evaluate_segmented.Params,
    objects.Params,
    weigh_objects.Params,
    train_video_classifier.Params,
    build_index.Params,
    render_report.Params,
)

# How near a name must be to one that is missing to stand for it: 1 is the same name.
MISSPELT = 0.75


@dataclass(frozen=True)
class Report:
    """What is to be told of a params file, a line each: what to mend, and what to think over."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check(path: Path, root: Path) -> Report:
    """All that is wrong with the params file `path` of the project whose top is `root`."""
    try:
        document, doubles = params.read(path)
    except UserError as error:
        return Report([str(error)])
    if not isinstance(document, dict):
        return Report([f"{path} has no sections: write it anew (git show HEAD:params.yaml)"])
    given, layout = _given(document, path)
    knobs = knobs_by_name()
    problems = {name: knobs[name].problem(value) for name, value in given.items()}
    values = {name: knobs[name].converted(given[name]) for name in given if not problems[name]}
    # Where it is not known whether a stage is to be run, what it needs must be there.
    careful = {**dict.fromkeys((*RUN, OWN_SEGMENTER), True), **values}
    misfits = [*broken(MISFITS, values), *broken(places(root), careful)]
    wrong = [problem for problem in problems.values() if problem]
    return Report([*doubles, *layout, *wrong, *misfits], [*broken(DOUBTS, values)])


def knobs_by_name() -> dict[str, params.Knob]:
    """Every knob that a stage reads, by its dotted name."""
    return {knob.name: knob for kind in KINDS for knob in params.knobs(kind)}


def _given(document: Mapping[Any, Any], path: Path) -> tuple[dict[str, Any], list[str]]:
    """The knobs that `document` sets, by dotted name, and what is wrong with its layout.

    What is misspelt counts as what was meant, so that its value is looked at too.
    """
    known: dict[str, list[str]] = {}
    for name in knobs_by_name():
        section, _, key = name.partition(".")
        known.setdefault(section, []).append(key)
    sections, told = _meant(document, known, path)
    given: dict[str, Any] = {}
    for section, content in sections.items():
        if isinstance(content, dict):
            keys, misnamed = _meant(content, known[section], path, f"{section}.")
            given |= {f"{section}.{key}": value for key, value in keys.items()}
            told += misnamed
        else:
            told.append(f"{section} is {content!r}: it must hold {', '.join(known[section])}")
    return given, told


def _meant(
    found: Mapping[Any, Any], known: Collection[str], path: Path, above: str = ""
) -> tuple[dict[str, Any], list[str]]:
    """What is `found` under `known` names, and which are misspelt, unknown or missing."""
    values = {name: found[name] for name in known if name in found}
    missing = [name for name in known if name not in found]
    told = []
    for name in (name for name in found if name not in values):
        near = difflib.get_close_matches(str(name).lower(), missing, 1, MISSPELT)
        if near:
            missing.remove(near[0])
            values[near[0]] = found[name]
            told.append(f"{path} has no {above}{near[0]}, but {above}{name}: rename it")
        else:
            advice = hint(str(name), known, "take it out")
            told.append(f"{path} has {above}{name}, which nothing reads: {advice}")
    return values, told + [params.absent(path, f"{above}{name}") for name in missing]

"""What is in the collection, what waits, what failed and why; and how the project stands."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vidrec.commands.collection import directory_source, of_partial
from vidrec.commands.params_check import check
from vidrec.experiments.status import stale_outputs
from vidrec.media.frame_directories import holds
from vidrec.media.frame_index import ANEW, read_index
from vidrec.media.status import GOOD, PARTIAL
from vidrec.project import PARAMS, ProjectPaths
from vidrec.settings.download_videos import Params
from vidrec.vectors.vectors import read_vectors
from vidrec.videos.category_names import read_category_names
from vidrec.videos.listing import REMOVED, read_listing
from vidrec.videos.manifest import NAME, read_manifest
from vidrec.videos.youtube_manifest import read_rows
from vidrec.workflow import kept, params, state
from vidrec.workflow.params import param
from vidrec.workflow.room import gigabytes
from vidrec.workflow.tables import read_table
from vidrec.workflow.video import Video

# The states of a video that is in order; of any other the state is why not.
IN_INDEX, WAITS, LEAVES = "in the index", "waiting", "leaving"

# How many partial videos `status_of` names.
SHOWN = 3

# Of the table that `lines` gives the rows of.
COLUMNS = ("category", "video", "state", "title")


@dataclass(frozen=True)
class Seen:
    """A video of the collection: what it is called, how it stands, and why if not well.

    One that is `partial` is in the index or waits as others do; `why` says what is wrong with it.
    """

    video: Video
    title: str
    state: str
    why: str = ""
    partial: bool = False


@dataclass(frozen=True)
class Choices:
    """What `status_of` tells of params.yaml, besides where the videos are from."""

    weights: str = param(name="prepare_weights.source")
    classifier_arch: str = param(name="prepare_weights.classifier_arch")
    classifier_file: str = param(name="prepare_weights.classifier_file")
    segmenter_arch: str = param(name="prepare_weights.segmenter_arch")
    segmenter_file: str = param(name="prepare_weights.segmenter_file")
    classified: bool = param(name="run.classified")
    finetuned: bool = param(name="run.finetuned")
    segmented: bool = param(name="run.segmented")
    detector: str = param(name="weigh_objects.detector")
    term: str = param(name="weigh_objects.term")
    scaling: str = param(name="weigh_objects.scaling")
    idf: bool = param(name="weigh_objects.idf")
    contrast: bool = param(name="weigh_objects.contrast")
    hubness: str = param(name="build_index.hubness")


def collection_of(project: ProjectPaths) -> list[Seen]:
    """All videos that the source lists or the index has, sorted by category and id.

    `waiting`: listed, and not in the index yet. `leaving`: in the index, and no longer listed.
    """
    settings = params.load(Params, project.root / "params.yaml")
    listed = {each.video.video_id: each for each in _listed(project, settings)}
    indexed = _indexed(project)
    failed = _failed(project)
    seen = [_as_it_stands(each, indexed, failed) for each in listed.values()]
    gone = [video for name, video in indexed.items() if name not in listed]
    seen += [Seen(video, video.video_id, LEAVES, "no longer listed") for video in gone]
    return sorted(seen, key=lambda each: each.video)


def _as_it_stands(each: Seen, indexed: Container[str], failed: Mapping[str, str]) -> Seen:
    """A video of the source, its own status taken together with what the last run made of it."""
    name = each.video.video_id
    if name in failed:
        return replace(each, state=failed[name], why="no frames could be taken of it")
    if each.state in GOOD:
        state = IN_INDEX if name in indexed else WAITS
        return replace(each, state=state, partial=each.state == PARTIAL)
    if each.state == REMOVED:
        return replace(each, why="in the index until the next run" if name in indexed else "")
    return each


def _listed(project: ProjectPaths, settings: Params) -> list[Seen]:
    """The videos of the source with their own status."""
    if settings.source == "directory":
        rows = read_listing(project.root / settings.directory_manifest)
        if rows:
            return [Seen(each.video, each.title, each.status, each.error) for each in rows]
    taken = _taken(project)
    if settings.source == "youtube":
        rows_there = read_rows(project.root / settings.youtube_manifest)
        known = {each.video.video_id: each for each in taken}
        named = zip(*(rows_there[x] for x in ("category", "video_id", "title")), strict=True)
        return [
            known.get(name) or Seen(Video(category, name), title, WAITS)
            for category, name, title in named
        ]
    return taken


def _taken(project: ProjectPaths) -> list[Seen]:
    """What the last run took in, as its manifest has it."""
    if not (project.videos / NAME).is_file():
        return []
    table = read_manifest(project.videos)
    columns = (table[x] for x in ("category", "video_id", "title", "status", "error"))
    return [
        Seen(Video(category, name), title, status, why)
        for category, name, title, status, why in zip(*columns, strict=True)
    ]


def _indexed(project: ProjectPaths) -> Mapping[str, Video]:
    if not project.vectors.is_file():
        return {}
    return {video.video_id: video for video in read_vectors(project.vectors).videos}


def _failed(project: ProjectPaths) -> Mapping[str, str]:
    """The status of each video that gave no frames."""
    if not project.failed_videos.is_file():
        return {}
    table = read_table(project.failed_videos, ("video_id", "status"))
    return dict(zip(table["video_id"], table["status"], strict=True))


def lines(seen: Sequence[Seen], names: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Category as people write it, id, state with the reason, title: a row for each video."""
    for each in seen:
        state = f"{each.state}, partial" if each.partial else each.state
        state = f"{state}: {each.why}" if each.why else state
        category = names.get(each.video.category, each.video.category)
        yield category, each.video.video_id, state, each.title


def totals(seen: Sequence[Seen]) -> str:
    """How many videos are in which state, and how many of these are partial."""
    counts = Counter(each.state for each in seen)
    order = [IN_INDEX, WAITS, LEAVES, *sorted(counts.keys() - {IN_INDEX, WAITS, LEAVES})]
    told = [f"{counts[state]} {state}" for state in order if counts[state]]
    partial = sum(each.partial for each in seen)
    told += [f"{partial} of these partial"] if partial else []
    return ", ".join(told) or "no videos"


def partial_ones(seen: Sequence[Seen]) -> Iterator[str]:
    """What is wrong with each of the first SHOWN partial videos, and how many more there are."""
    partial = [each for each in seen if each.partial]
    for each in partial[:SHOWN]:
        yield f"partial: {each.video.video_id}: {of_partial(each.why)}"
    if len(partial) > SHOWN:
        yield f"partial: {len(partial) - SHOWN} more, see `vidrec list`"


def status_of(project: ProjectPaths) -> Iterator[str]:
    """How the project stands, by lines: videos, weights, index, and what a run would do."""
    chosen = params.load(Choices, project.root / "params.yaml")
    yield f"videos:    {_source(project)}"
    seen = collection_of(project)
    yield f"           {totals(seen)}"
    yield from (f"           {line}" for line in partial_ones(seen))
    yield f"weights:   {_weights(chosen)}"
    yield f"detectors: {_detectors(chosen)}"
    yield f"weighting: {_weighting(chosen)}"
    store, limit = state.checkpoints(project.root), kept.bounds()
    yield (
        f"kept:      {kept.told(kept.pieces(store))} in {store}, at most {gigabytes(limit.size)},"
        f" {limit.age / 86400:g} days"
    )
    yield from _missing_frames(project)
    stale = stale_outputs(project.root)
    if stale:
        yield f"stale:     {', '.join(stale)}: their results are not of what is here"
        mistakes = check(project.root / PARAMS, project.root).errors
        yield "next: vidrec check, which tells what to mend" if mistakes else "next: dvc repro"
    else:
        yield "results:   all are of the present code, params and data"


def _missing_frames(project: ProjectPaths) -> Iterator[str]:
    """How many videos have no frames here, as in a new clone, if there are any."""
    framed = read_index(project.frame_index) if project.frame_index.is_file() else []
    missing = [x for x in framed if not holds(x.video.below(project.frames), x.frames)]
    if missing:
        yield (
            f"frames:    those of {len(missing)} of {len(framed)} videos are not here: made again"
            f" when needed, or all by {ANEW}"
        )


def _source(project: ProjectPaths) -> str:
    settings = params.load(Params, project.root / "params.yaml")
    if settings.source == "directory":
        place = directory_source(project.root, settings).place
        where = place or f"{settings.directory}, which is not on this machine"
        return f"{where} (list: {settings.directory_manifest})"
    if settings.source == "youtube":
        return f"YouTube (ids: {settings.youtube_manifest})"
    return "the sample, drawn here"


def _weights(chosen: Choices) -> str:
    if chosen.weights != "file":
        return f"{chosen.weights}, {chosen.classifier_arch}"
    files = (
        (chosen.classifier_file, chosen.classifier_arch),
        (chosen.segmenter_file, chosen.segmenter_arch),
    )
    return ", ".join(f"{file} ({arch})" for file, arch in files if file)


def _detectors(chosen: Choices) -> str:
    run = [name for name in ("classified", "finetuned", "segmented") if getattr(chosen, name)]
    return f"{', '.join(run)}; vectors are of {chosen.detector}"


def _weighting(chosen: Choices) -> str:
    said = [chosen.term, chosen.scaling, "idf" if chosen.idf else "no idf"]
    said += ["contrast"] * chosen.contrast + [chosen.hubness] * (chosen.hubness != "none")
    return ", ".join(said)


def names_of(root: Path) -> Mapping[str, str]:
    """The categories as people write them: from the list of own videos, or the last run."""
    settings = params.load(Params, root / "params.yaml")
    listed = read_listing(root / settings.directory_manifest)
    named = {each.category: each.category_name for each in listed}
    return named or read_category_names(ProjectPaths(root).videos)

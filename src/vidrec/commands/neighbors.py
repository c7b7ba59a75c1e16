"""A query video, in the index or never seen, to its neighbours; through the stages' functions."""

from pathlib import Path

from vidrec.commands.terminal import Tell
from vidrec.commands.video_at_hand import detect, frames_of, indexed_id, is_url, on_disk
from vidrec.recommender.reasons import Neighbor, recommend, recommend_for_id
from vidrec.vectors.vectors import Vectors, read_vectors
from vidrec.vectors.weigh_objects import weigh_video
from vidrec.vectors.weighting import Weighting, read_weighting
from vidrec.workflow.errors import UserError

VECTORS, WEIGHTING = Path("data/vectors.csv"), Path("data/weighting.json")


def neighbors_of(video: str, count: int, params_path: Path, tell: Tell) -> list[Neighbor]:
    """The `count` videos most like `video`: an id in the index, a file, frames, or a URL.

    A file or directory of frames that the index was made from is not among its own neighbours.
    Raises UserError for an unknown id, or a video in which no object of the index is found.
    """
    vectors = read_vectors(VECTORS)
    known = known_id(video)
    if known in vectors.ids:
        return recommend_for_id(vectors, known, count)
    weighting = _weighting_of(vectors)
    with (
        on_disk(video, vectors, tell) as path,
        frames_of(path, video, params_path, tell) as frames,
    ):
        found = detect(frames, weighting.params.detector, params_path, tell)
        me = indexed_id(path)
    vector = weigh_video(found, weighting)
    return recommend(vectors, vector, name=video, count=count, excluded=me)


def known_id(video: str) -> str:
    """The id under which the index would have `video`: of a YouTube URL the part that is an id."""
    if not is_url(video):
        return video
    from vidrec.videos.youtube_ids import youtube_id

    return youtube_id(video) or video


def _weighting_of(vectors: Vectors) -> Weighting:
    """The stored weighting, which must be that of `vectors`."""
    weighting = read_weighting(WEIGHTING)
    if weighting.labels != vectors.labels:
        raise UserError(
            f"{WEIGHTING} and {VECTORS} have different labels: they are of different runs, make"
            " them again (`dvc repro -f weigh_objects`)"
        )
    return weighting

"""What several test modules share. What needs torch is imported where it is used."""

import dataclasses
import runpy
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from PIL import Image

if TYPE_CHECKING:
    from vidrec.classifier.frame_classifier import ClassifierFiles
    from vidrec.segmenter.object_segmenter import SegmenterFiles

# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("vidrec", deadline=None)
settings.load_profile("vidrec")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The real videos, images and weights beside the project, where they are."""
    folder = ROOT.parent / "shared" / "real"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here: it holds real files that the project does not ship")
    return folder


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Where a test module has imported torch, let it compute in one thread."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


@pytest.fixture
def torch_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undoes what `make_deterministic` sets for the whole process."""
    import torch
    from torch.utils import deterministic

    threads = torch.get_num_threads()
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    monkeypatch.setattr(deterministic, "fill_uninitialized_memory", True)
    yield
    torch.use_deterministic_algorithms(False)
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def write_frames() -> Callable[[Path, int, int], None]:
    """Writes `count` pictures of 64 x 64 pixels, drawn from `seed`, as 1.jpg, 2.jpg, …"""

    def write(directory: Path, count: int, seed: int) -> None:
        directory.mkdir(parents=True)
        random = np.random.default_rng(seed)
        for number in range(1, count + 1):
            coarse = Image.fromarray(random.integers(0, 256, (6, 6, 3), dtype=np.uint8))
            coarse.resize((64, 64)).save(directory / f"{number}.jpg", quality=90)

    return write


@pytest.fixture
def run_stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., int]]:
    """Runs a stage's script within this process, which has torch loaded; gives its exit status."""
    handlers = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setenv("VIDREC_WORKERS", "1")

    def run(stage: str, *arguments: str) -> int:
        script = str(ROOT / "stages" / f"{stage}.py")
        monkeypatch.setattr(sys, "argv", [script, *arguments])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(script, run_name="__main__")
        assert isinstance(ended.value.code, int)
        return ended.value.code

    yield run
    for each, handler in handlers.items():
        signal.signal(each, handler)


@pytest.fixture(scope="session")
def classifier_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a tiny network with three classes, untrained, yet of various answers."""
    import torch

    from vidrec.networks import weights
    from vidrec.networks.image_classifiers import build_classifier

    torch.manual_seed(0)
    network = build_classifier("shufflenet_v2_x0_5", 3)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        network.train()(torch.randn(16, 3, 8, 8).repeat_interleave(8, 2).repeat_interleave(8, 3))
    tensors = network.state_dict()
    tensors["fc.weight"] *= 8
    folder = tmp_path_factory.mktemp("weights") / "classifier"
    half = (0.5, 0.5, 0.5)
    card = weights.Card("shufflenet_v2_x0_5", ("cat", "dog", "tree"), 64, half, half, "made", "")
    weights.save(folder, tensors, card)
    return folder


@pytest.fixture(scope="session")
def classifier_files(classifier_folder: Path) -> "ClassifierFiles":
    """The same, in a project that keeps it in OpenVINO's form."""
    from vidrec.classifier.frame_classifier import ClassifierFiles

    return ClassifierFiles(classifier_folder, project=classifier_folder.parent)


@pytest.fixture(scope="session")
def segmenter_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state dict of the official shape that sees class 31 and, less sure, class 1 everywhere.

    Each object of class 1 fills its box; of one of class 31 every other column belongs to it.
    """
    import torch

    from vidrec.networks.mask_rcnn import build_segmenter

    with torch.device("meta"):
        shapes = build_segmenter(
            "maskrcnn_resnet50_fpn_v2",
            91,
            resolution=64,
            proposals=1,
            threshold=0.5,
            detections=1,
        ).state_dict()
    tensors = {
        name: torch.zeros((), dtype=value.dtype).expand(value.shape)
        for name, value in shapes.items()
    }
    scores = torch.zeros(91)
    scores[31], scores[1] = 10.0, 9.0
    columns = torch.zeros(256, 256, 2, 2)
    columns[0, 0, :, 0], columns[0, 0, :, 1] = 1.0, -1.0
    logits = torch.zeros(91, 256, 1, 1)
    logits[31, 0] = 20.0
    bias = torch.full((91,), -10.0)
    bias[1] = 10.0
    made = {
        "box_predictor.cls_score.bias": scores,
        "mask_head.3.1.bias": torch.ones(256),
        "mask_predictor.conv5_mask.weight": columns,
        "mask_predictor.mask_fcn_logits.weight": logits,
        "mask_predictor.mask_fcn_logits.bias": bias,
    }
    tensors.update({f"roi_heads.{name}": value for name, value in made.items()})
    path = tmp_path_factory.mktemp("files") / "segmenter.pth"
    torch.save(tensors, path)
    return path


@pytest.fixture(scope="session")
def segmenter_folder(
    segmenter_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """`segmenter_file` as stage prepare_segmenter takes it in: 180 MB, removed at the end.

    To convert it takes ten seconds: all projects of the tests keep what is converted in one place.
    """
    from vidrec.networks.openvino_runtime import store
    from vidrec.segmenter.prepare_segmenter import take_in

    top = tmp_path_factory.mktemp("weights")
    take_in("maskrcnn_resnet50_fpn_v2", segmenter_file, segmenter_file.name, top / "segmenter")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "vidrec.segmenter.conversion.store",
            lambda made_by, settings, _: store(made_by, settings, top),
        )
        yield top / "segmenter"
    shutil.rmtree(top)


@pytest.fixture(scope="session")
def segmenter_files(segmenter_folder: Path) -> "SegmenterFiles":
    """The same, in the project that keeps it in OpenVINO's form."""
    from vidrec.segmenter.object_segmenter import SegmenterFiles

    return SegmenterFiles(segmenter_folder, segmenter_folder.parent)


@pytest.fixture(scope="session")
def index_folder(classifier_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which six small clips of two categories have been through the stages."""
    from tests.clips import all_pictures

    from vidrec.classifier.frame_classifier import ClassifierFiles, load_classifier
    from vidrec.detections.distributions import Distribution
    from vidrec.detections.tree import write_classes
    from vidrec.media.frame_index import frames_below, write_index
    from vidrec.media.frames import read_frames
    from vidrec.settings.classify_frames import ClassifierSettings
    from vidrec.settings.extract_frames import FrameSettings
    from vidrec.videos import framing
    from vidrec.videos.manifest import read_good
    from vidrec.workflow import params

    top = tmp_path_factory.mktemp("project")
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, top)
    (top / "stages").mkdir()
    shutil.copytree(classifier_folder, top / "data/weights/classifier")
    _write_clips(top / "data/videos")
    taking = params.load(FrameSettings, top / "params.yaml")
    for entry in read_good(top / "data/videos", top):
        folder = entry.video.below(top / "data/frames")
        folder.mkdir(parents=True)
        assert entry.file is not None
        for number, content in enumerate(framing.take_frames(entry.file, taking).frames, start=1):
            (folder / f"{number}.jpg").write_bytes(content)
    looking = params.load(ClassifierSettings, top / "params.yaml")
    files = ClassifierFiles(top / "data/weights/classifier", project=top)
    classifier = load_classifier(files, looking)
    framed = frames_below(top / "data/frames").framed
    write_index(top / "data/frames.csv", framed)
    for video in (each.video for each in framed):
        frames = read_frames(video.below(top / "data/frames"))
        seen = classifier.predict(all_pictures(frames))
        found = Distribution(classifier.card.labels, seen.probability)
        write_classes(top / "data/detections/classified", video, found, seen.frames)
    return top


def _write_clips(videos: Path) -> None:
    from vidrec.media import ffmpeg
    from vidrec.videos.manifest import Entry, build_manifest
    from vidrec.workflow.tables import write_table
    from vidrec.workflow.video import Video

    entries = []
    for seed in range(6):
        coarse = np.random.default_rng(seed).integers(0, 256, (8, 6, 8, 3), dtype=np.uint8)
        frames = coarse.repeat(8, axis=1).repeat(8, axis=2)
        file = videos / ("cars", "pets")[seed % 2] / f"clip_{seed}.mp4"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(ffmpeg.encode_clip([frame.tobytes() for frame in frames], 64, 48, 3))
        entries.append(Entry(Video.at(file, ".mp4"), "sample", file=file, duration_s=2.667))
    write_table(videos / "manifest.csv", build_manifest(entries, Path("data/videos")))


@pytest.fixture
def weigh() -> Callable[..., None]:
    """Makes vectors and what follows in the project in the working directory, some params changed.

    The changes are in what the index was made with, not in params.yaml.
    """
    from vidrec.detections.tree import read_videos
    from vidrec.recommender import index_params
    from vidrec.settings.train_video_classifier import Params
    from vidrec.settings.weigh_objects import WeightingSettings
    from vidrec.vectors import train_video_classifier, weigh_objects
    from vidrec.vectors.categories import write_categories
    from vidrec.vectors.vectors import write_vectors
    from vidrec.vectors.video_classifier import write_classifier
    from vidrec.vectors.weighting import write_weighting
    from vidrec.workflow import params

    def run(**changes: Any) -> None:
        at, data = Path("params.yaml"), Path("data")
        settings = dataclasses.replace(params.load(WeightingSettings, at), **changes)
        framewise = settings.detector != "segmented"
        videos = read_videos(data / "detections" / settings.detector, with_distribution=framewise)
        vectors, weighting = weigh_objects.weigh_videos(videos, settings)
        write_vectors(data / "vectors.csv", vectors)
        write_weighting(data / "weighting.json", weighting)
        index_params.write_index(data / "index.json", params.load(index_params.Params, at))
        training = params.load(Params, at)
        found = train_video_classifier.cross_validate(vectors, training)
        write_categories(data / "categories.csv", dict(zip(found.ids, found.guesses, strict=True)))
        trained = train_video_classifier.train(vectors, training)
        write_classifier(data / "video_classifier.json", trained)

    return run


@pytest.fixture
def index(
    index_folder: Path,
    weigh: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Path]:
    """A copy of that project, with vectors, as the working directory."""
    from vidrec.classifier.frame_classifier import load_classifier
    from vidrec.segmenter.object_segmenter import load_segmenter

    shutil.copytree(index_folder, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    weigh()
    yield tmp_path / "project"
    load_classifier.cache_clear()
    load_segmenter.cache_clear()


@pytest.fixture
def vidrec(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., int]]:
    """Runs the command line within this process; gives its exit status."""
    from vidrec import cli

    handlers = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["vidrec", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert isinstance(ended.value.code, int)
        return ended.value.code

    yield run
    for each, handler in handlers.items():
        signal.signal(each, handler)


@dataclass(frozen=True)
class MadeVideo:
    """A video of a made-up index: what is found in it (frame, label, confidence), and its name.

    `status` and `error` are those of the manifest.
    """

    video_id: str
    category: str
    found: list[tuple[int, str, float]] = field(default_factory=list)
    title: str = ""
    frames: int = 6
    status: str = "ok"
    error: str = ""


def _write_made_video(
    root: Path, video: MadeVideo, write_frames: Callable[[Path, int, int], None], seed: int
) -> None:
    from vidrec.workflow.tables import write_table

    if video.frames:
        write_frames(root / "frames" / video.category / video.video_id, video.frames, seed)
    found = pd.DataFrame(video.found, columns=["frame", "label", "confidence"])
    write_table(root / "detections" / video.category / f"{video.video_id}.csv", found)


@pytest.fixture(scope="session")
def write_index(
    write_frames: Callable[[Path, int, int], None],
) -> Callable[[Path, list[MadeVideo]], list[str]]:
    """Writes all that the report is made from under a directory, as the stages before it do.

    Gives the arguments of stages/render_report.py that make `<directory>/index.html` of it.
    """
    from vidrec.detections.copies import write_copies
    from vidrec.detections.tree import read_videos
    from vidrec.metrics import retrieval
    from vidrec.recommender.hubness import write_hubness
    from vidrec.recommender.judge import rank_and_judge
    from vidrec.recommender.ranking import Candidates
    from vidrec.recommender.recommendations import write_recommendations
    from vidrec.recommender.usual import Usual, write_usual
    from vidrec.settings.weigh_objects import WeightingSettings
    from vidrec.vectors import weigh_objects
    from vidrec.vectors.categories import Guess, write_categories
    from vidrec.vectors.sparse import as_dense
    from vidrec.vectors.vectors import write_vectors
    from vidrec.vectors.weighting import write_weighting
    from vidrec.videos.manifest import Entry, build_manifest
    from vidrec.workflow.files import write_json
    from vidrec.workflow.tables import write_table
    from vidrec.workflow.video import pair

    def write(root: Path, videos: list[MadeVideo]) -> list[str]:
        for seed, video in enumerate(videos):
            _write_made_video(root, video, write_frames, seed)
        names = pair([each.category for each in videos], [each.video_id for each in videos])
        entries = [
            Entry(name, "", each.title, each.status, error=each.error)
            for name, each in zip(names, videos, strict=True)
        ]
        write_table(root / "videos/manifest.csv", build_manifest(entries, root / "videos"))
        settings = WeightingSettings("classified", "confidence", "sqrt", True, False, "l2", 0.001)
        seen = read_videos(root / "detections", with_distribution=False)
        vectors, weighting = weigh_objects.weigh_videos(seen, settings)
        found = rank_and_judge(as_dense(vectors), Candidates.of(vectors.ids), 10, None)
        write_vectors(root / "vectors.csv", vectors)
        write_weighting(root / "weighting.json", weighting)
        write_recommendations(root / "recommendations.csv", vectors, found.ranking, 10)
        write_copies(root / "copies.csv", [])
        write_hubness(root / "hubness.json", vectors, None)
        write_usual(root / "usual.json", vectors, Usual(None, None))
        write_json(root / "build_index.json", retrieval.headlines(found.scores))
        write_json(root / "train_video_classifier.json", {"accuracy": 0.875})
        guesses = {each.video_id: Guess(each.category, 0.75) for each in videos}
        write_categories(root / "categories.csv", guesses)
        named = {
            "--params": ROOT / "params.yaml",
            "--videos": root / "videos",
            "--frames": root / "frames",
            "--detections": root / "detections",
            "--vectors": root / "vectors.csv",
            "--weighting": root / "weighting.json",
            "--recommendations": root / "recommendations.csv",
            "--copies": root / "copies.csv",
            "--categories": root / "categories.csv",
            "--index-metrics": root / "build_index.json",
            "--classifier-metrics": root / "train_video_classifier.json",
            "--hubness": root / "hubness.json",
            "--usual": root / "usual.json",
            "--page": root / "index.html",
            "--pieces": root / "pieces",
        }
        return [str(part) for pair in named.items() for part in pair]

    return write


@pytest.fixture(scope="session")
def made_videos() -> list[MadeVideo]:
    """33 videos in three categories; the objects of a category are mostly its own."""
    random = np.random.default_rng(0)
    objects = {"cars": ["car", "bus", "tree"], "music": ["guitar", "drum"], "pets": ["cat", "dog"]}
    every = [label for labels in objects.values() for label in labels]
    videos = []
    for category, labels in objects.items():
        for number in range(1, 12):
            pool = labels if random.random() < 0.8 else every
            found = [
                (frame, str(random.choice(pool)), round(float(random.random()), 4))
                for frame in range(1, 7)
            ]
            name = f"{category}_{number:03}"
            videos.append(MadeVideo(name, category, found, f"A {category} video {number}"))
    return videos

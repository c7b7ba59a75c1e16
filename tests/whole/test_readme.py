"""README, CONTRIBUTING and docs say what is so: commands, figures, links and names."""

import ast
import csv
import json
import re
import shlex
import shutil
import tomllib
from collections import Counter
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from tests.projects import ROOT, run, succeed, write_params

from vidrec import cli
from vidrec.experiments import weightings
from vidrec.settings.build_index import Params as IndexParams
from vidrec.settings.weigh_objects import WeightingSettings
from vidrec.workflow import params

README, ARCHITECTURE = ROOT / "README.md", ROOT / "docs/architecture.md"
SPANISH = ROOT / "README.es.md"
PAGES = [README, SPANISH, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PACKAGE = ROOT / "src/vidrec"
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
TOP = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")
STAGES = list(yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"])
(CONTRACT,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
SETTINGS = yaml.safe_load((ROOT / "params.yaml").read_text())

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)")
# A path of the repository in a code span.
PATH = re.compile(r"`((?:\.ci|\.github|benchmarks|docs|metrics|src|stages|tests|tools)/[\w./-]*)`")
# In a code span, a module of a room or one that stands in none, and a name in it.
NAME = re.compile(rf"`((?:(?:{'|'.join(ROOMS)})\.\w+|{'|'.join(TOP)})(?:\.(?!py`)\w+)+)`")

# What is run in the project that the fixture `index` makes, and what it prints.
ON_AN_INDEX = {
    "vidrec recommend cars_001": r"most similar to clip_0",
    "vidrec recommend some/video.mp4": r"most similar to some/video\.mp4",
    "vidrec recommend cars_001 cars_002": r"most similar to clip_0 and clip_1:",
    'vidrec recommend --objects "car, bus"': r"most similar to cat and dog:",
    "vidrec recommend cars_001 --without bus --more car": r"most similar to clip_0:",
    "vidrec recommend cars_001 --not-in-category pets --diverse": r"1 +clip_\d +cars",
    "vidrec recommend cars_001 --lang es": r"los más parecidos a clip_0:",
    "vidrec recommend cars_001 --output list.m3u": r"^list\.m3u$",
    "vidrec inspect cars_001": r"clip_0_sheet\.png",
    "vidrec add holiday.mp4 --category travel": r"added my_videos/travel/holiday\.mp4",
    "vidrec remove holiday": r"undo: vidrec remove --undo holiday",
    "vidrec list": r"holiday +removed",
}
# What the pages speak of, and what is there instead.
HERE = {"cars_001": "clip_0", "cars_002": "clip_1", "car": "cat", "bus": "dog"}
# What is run in a copy of what is in git, and what it prints.
ON_A_COPY = {
    "make": r"repro +run the whole workflow",
    "dvc metrics show": r"precision_at_10",
    "dvc metrics diff main": r"^$",
    "dvc exp show --only-changed": r"workspace",
    "dvc plots diff main": r"dvc_plots/index\.html",
}
# The beginning of what is not run, and why. It is held against its parser, and what it names.
DEAR = {
    "source .venv/bin/activate": "the tests are in an environment",
    "make setup": "it installs packages",
    "make check": "continuous integration runs it beside the tests",
    "make test": "it would run this test",
    "make repro": "tests/whole/test_workflow.py runs the workflow in miniature",
    "make weightings": "tests/whole/test_experiments.py runs some of the experiments",
    "make bench": "tests/whole/test_benchmarks.py runs each of its scripts, small",
    "python benchmarks/classify.py": "the same",
    "python benchmarks/segment.py": "the same",
    "python benchmarks/extract.py": "the same",
    "python benchmarks/dvc_files.py": "the same",
    "python benchmarks/memory.py": "the same",
    "python benchmarks/weightings.py": "the same",
    "python benchmarks/large_index.py": "the same",
    "python benchmarks/add_one_video.py": "tests/whole/test_add_one_video.py runs it, small",
    "make review": "tests/whole/test_experiments.py runs its script, without the set-up",
    "make plots": "the same",
    "dvc repro": "it runs the workflow",
    "dvc exp run": "it runs the workflow",
    "dvc exp apply": "there is no experiment before `make weightings`",
    "vidrec use": "tests/commands/test_use.py and test_own_videos.py run it",
    "vidrec discover": "it asks YouTube",
    "VIDREC_COOKIES=~/youtube-cookies.txt dvc repro": "the same",
    "VIDREC_PROXY=http://user:password@host:port dvc repro": "the same",
    "make requirements": "it asks the package index",
    "dvc remote add": "tests/whole/test_sharing.py does it",
    "dvc push": "the same",
    "dvc pull": "the same",
    "cd /shared/vidrec": "there is no such directory",
    ".venv/bin/ray start": "tests/whole/test_cluster.py has a cluster",
    ".venv/bin/pip install": "it asks the package index",
    "export VIDREC_ENGINE=ray": "it is of the shell",
    "git add": "it changes the repository",
    "git commit": "the same",
    "python docs/draw_recommendation.py": "it needs the data of the sample",
    "python docs/take_screenshots.py": "it needs the page of the sample, and a browser",
}


def commands(page: Path) -> list[str]:
    """The commands in the sh blocks of `page`, each in one line and without its comment."""
    blocks = [text for language, text in FENCED.findall(page.read_text()) if language == "sh"]
    lines = re.sub(r"\s*\\\n\s*", " ", "".join(blocks)).splitlines()
    parts = (re.sub(r"\s+#.*", "", line).strip().split(" && ") for line in lines)
    return [command for part in parts for command in part if command]


def bare(page: Path) -> str:
    """The text of `page` without its blocks."""
    return FENCED.sub("", page.read_text())


COMMANDS = sorted({command for page in PAGES for command in commands(page)})
# What the text speaks of.
NAMED = {
    span for page in PAGES for span in re.findall(r"`((?:dvc|make|python) [^`]+)`", bare(page))
}


def is_dear(command: str) -> bool:
    return any(f"{command} ".startswith(f"{start} ") for start in DEAR)


def table(page: Path, title: str) -> list[list[str]]:
    """The rows of the table in `page` whose first column is called `title`, cell by cell."""
    lines = page.read_text().splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(f"| {title} |"))
    return cells("\n".join(takewhile(lambda line: line.startswith("|"), lines[first + 2 :])))


def cells(text: str) -> list[list[str]]:
    """The cells of each line of `text` that is a row of a table in Markdown."""
    rows = [line[1:-1].split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows]


def spans(cell: str) -> list[str]:
    """What stands in the code spans of `cell`."""
    return re.findall(r"`([^`]+)`", cell)


def test_the_readme_is_read_in_ten_minutes() -> None:
    assert len(README.read_text().split()) <= 1600


def shape(page: Path) -> list[str]:
    """The kinds of the lines of `page` that make its form: headings, rows of tables, blocks."""
    starts = re.findall(r"^(#+ |\||```\w*|!\[|- )", page.read_text(), re.MULTILINE)
    return [start.strip() for start in starts]


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(commands, id="commands"),
        pytest.param(shape, id="form"),
        pytest.param(lambda page: [spans(row[0]) for row in cells(bare(page))], id="tables"),
        pytest.param(lambda page: Counter(spans(bare(page))), id="code"),
        pytest.param(lambda page: Counter(LINK.findall(bare(page))), id="links"),
        pytest.param(
            lambda page: Counter(re.findall(r"\d[\d.x%]*", page.read_text())), id="figures"
        ),
    ],
)
def test_the_spanish_readme_says_the_same(found: Callable[[Path], Any]) -> None:
    ours, theirs = found(README), found(SPANISH)
    other = {("README.es.md", ""), ("README.md", "")}
    if isinstance(ours, Counter):
        ours, theirs = (
            {k: n for k, n in each.items() if k not in other} for each in (ours, theirs)
        )
    assert theirs == ours


def test_the_spanish_readme_is_in_spanish() -> None:
    """No line of prose was left as it is in English."""
    prose = [set(FENCED.sub("", page.read_text()).splitlines()) for page in (README, SPANISH)]
    same = {line for line in prose[0] & prose[1] if re.search(r"[a-z]{3,} [a-z]{3,}", line)}
    assert same == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_says_what_it_holds(page: Path) -> None:
    languages = [language for language, _ in FENCED.findall(page.read_text())]
    assert set(languages) <= {"sh", "text", "mermaid", "python"}
    assert page.read_text().count("```") == 2 * len(languages)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_run_here_or_known_to_be_dear(command: str) -> None:
    assert (command in {*ON_AN_INDEX, *ON_A_COPY}) is not is_dear(command)


def test_no_command_is_run_or_left_out_that_no_page_has() -> None:
    assert {*ON_AN_INDEX, *ON_A_COPY} <= set(COMMANDS)
    dear = [f"{command} " for command in COMMANDS if is_dear(command)]
    assert [start for start in DEAR if not any(each.startswith(f"{start} ") for each in dear)] == []


@pytest.fixture
def own_videos(index: Path) -> None:
    """Makes the files that the pages speak of, and a directory of videos the project's source."""
    from vidrec.media import ffmpeg

    for number, name in enumerate(("some/video.mp4", "holiday.mp4", "my_videos/travel/other.mp4")):
        (index / name).parent.mkdir(parents=True, exist_ok=True)
        frames = [bytes([90 * number, 30 * n, 90]) * 64 * 48 for n in range(6)]
        (index / name).write_bytes(ffmpeg.encode_clip(frames, 64, 48, 3))
    own = {"source": "directory", "directory": "my_videos"}
    write_params(index, {"download_videos": own})


@pytest.mark.usefixtures("own_videos")
def test_commands_on_an_index(
    vidrec: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    for command, expected in ON_AN_INDEX.items():
        here = re.sub(rf"\b({'|'.join(HERE)})\b", lambda found: HERE[found[0]], command)
        words = shlex.split(here)
        assert vidrec(*words[1:]) == 0, command
        printed, errors = capsys.readouterr()
        assert re.search(expected, printed), command
        assert errors == ""


@pytest.mark.usefixtures("own_videos")
def test_the_lines_of_python_are_so(index: Path, segmenter_folder: Path) -> None:
    small = {"resolution": 64, "proposals": 4, "precision": "fp32"}
    write_params(index, {"segment_objects": small})
    (index / "data/weights/segmenter").symlink_to(segmenter_folder)
    (text,) = (text for kind, text in FENCED.findall(README.read_text()) if kind == "python")
    names = {"path/to/another": ".", "cars/cars_001": "cars/clip_0", "cars_001": "clip_0"}
    for name, here in names.items():
        text = text.replace(name, here)
    exec(text, {})


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project as it is in git, with all of it on the branch main."""
    made = tmp_path_factory.mktemp("readme") / "vidrec"
    for name in ("metrics", "src", "stages", "manifests"):
        shutil.copytree(ROOT / name, made / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dvc.yaml", "dvc.lock", "params.yaml", "Makefile", ".dvcignore", ".gitignore"):
        shutil.copy(ROOT / name, made / name)
    succeed(made, "git", "init", "--quiet", "--initial-branch", "main")
    succeed(made, "git", "config", "user.name", "Test")
    succeed(made, "git", "config", "user.email", "test@example.org")
    succeed(made, "dvc", "init", "--quiet")
    shutil.copytree(ROOT / ".dvc/plots", made / ".dvc/plots")
    succeed(made, "git", "add", "--all")
    succeed(made, "git", "commit", "--quiet", "--message", "All")
    return made


@pytest.mark.parametrize("command", ON_A_COPY)
def test_commands_on_a_copy(command: str, copied: Path) -> None:
    assert re.search(ON_A_COPY[command], succeed(copied, *shlex.split(command)))


@pytest.mark.parametrize("command", sorted({*filter(is_dear, COMMANDS), *NAMED}))
def test_a_dear_command_would_be_understood(command: str) -> None:
    program, *words = shlex.split(command)
    if program == "make":
        assert run(ROOT, "make", "--dry-run", *words).returncode == 0
    elif program == "vidrec":
        cli._parser().parse_args(words)
    elif program == "dvc":
        check_dvc(words)
    elif program not in ("source", "cd", "export"):
        named = [word for word in words if "/" in word]
        assert all((ROOT / name).is_file() for name in named)


def check_dvc(words: list[str]) -> None:
    """DVC takes the options, and what stages, params and experiments they name is there."""
    from dvc.cli import parse_args

    found: dict[str, Any] = vars(parse_args(words))
    assert set(found.get("targets") or []) <= set(STAGES)
    for override in found.get("set_param") or []:
        section, key = override.partition("=")[0].split(".")
        assert key in SETTINGS[section]
    if "experiment" in found:
        assert found["experiment"] in {each.name for each in weightings.combinations()}


@pytest.mark.parametrize(("what", "shown", "source"), table(README, "Figure"))
def test_a_figure_is_that_of_metrics(what: str, shown: str, source: str) -> None:
    path, *keys = spans(source)
    text = (ROOT / "metrics" / path).read_text()
    # Of a table the first row counts, which is about all.
    stored = next(csv.DictReader(text.splitlines())) if ".csv" in path else json.loads(text)
    assert [float(figure) for figure in shown.split(" / ")] == [float(stored[key]) for key in keys]


def test_the_weightings_shown_are_ranked_so() -> None:
    ranking = pd.read_csv(ROOT / "metrics/plots/weightings.csv")
    file = ROOT / "params.yaml"
    index = params.load(IndexParams, file)
    default = weightings.chosen(params.load(WeightingSettings, file), index)
    ranked = cells(weightings.as_text(ranking, default))
    shown = [row for row in cells((ROOT / "docs/weightings.md").read_text()) if row[0].isdecimal()]
    assert len(shown) == 9
    assert [row for row in shown if row not in ranked] == []


def test_the_stages_are_those_of_the_workflow() -> None:
    assert [spans(row[0]) for row in table(README, "Stage")] == [[stage] for stage in STAGES]
    drawn = re.findall(r"\b[a-z]{2}(?:\[|{{)(\w+)", README.read_text())
    assert sorted(drawn) == sorted(STAGES)


def anchors(page: Path) -> set[str]:
    """What GitHub lets a link to a heading of `page` end with."""
    titles = re.findall(r"^#+ (.*)$", bare(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    text = bare(page)
    for path, anchor in LINK.findall(text):
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), path
        assert not anchor or anchor in anchors(target), anchor
    assert [path for path in PATH.findall(text) if not (ROOT / path).exists()] == []


def test_every_page_is_linked_from_the_readme() -> None:
    linked = {(ROOT / path).resolve() for path, _ in LINK.findall(README.read_text())}
    assert set(PAGES) - {README} <= linked


def test_the_architecture_has_the_rooms_that_there_are() -> None:
    assert sorted(spans(row[0])[0] for row in table(ARCHITECTURE, "Room")) == ROOMS


def test_the_floors_drawn_are_those_of_the_contract() -> None:
    """From the ground up; the stages are scripts, and so stand in no contract."""
    text = ARCHITECTURE.read_text()
    drawn = re.findall(r"^ {4}subgraph .*\n((?: {8}\w+\n)+)", text, re.MULTILINE)
    floors = [set(layer.split(" | ")) for layer in reversed(CONTRACT["layers"])]
    floors[-1].add("stages")
    assert [set(floor.split()) for floor in drawn] == floors


@pytest.mark.parametrize("name", sorted(set(NAME.findall(ARCHITECTURE.read_text()))))
def test_the_walks_name_what_there_is(name: str) -> None:
    depth = 1 if name.split(".")[0] in TOP else 2
    *places, module = name.split(".")[:depth]
    scope: Any = ast.parse(PACKAGE.joinpath(*places, f"{module}.py").read_text())
    for part in name.split(".")[depth:]:
        named = [each for each in scope.body if getattr(each, "name", None) == part]
        assert named, name
        scope = named[0]

"""`make weightings` and `make review` with real git and dvc, on a project that is ready in seconds.

Its detections are written by a stub stage; what comes after them is the project's own.
"""

import csv
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.projects import ROOT, run, stages_run, succeed, write_params

from vidrec.experiments.status import stale_outputs

OWN_STAGES = ("weigh_objects", "train_video_classifier", "build_index")
# There is no area, so that a term with area fails.
STUB = """
from pathlib import Path

for category, label in (("cars", "car"), ("pets", "cat"), ("music", "drum")):
    for n in range(5):
        path = Path(f"data/detections/segmented/{category}/{category}_{n}.csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [f"{f},{label if f % 2 else 'person'},0.{9 - n}" for f in range(1, n % 4 + 3)]
        path.write_text("\\n".join(["frame,label,confidence", *rows, ""]))
Path("data/truth.csv").write_text("video_id,frame,label,area_pct\\ncars_0,1,car,5.0\\n")
Path("data/copies.csv").write_text("video_id,copy_of,share\\n")
"""


SKIPPED = "data/detections/finetuned"
NOT_RUN = f"mkdir -p {SKIPPED} && echo 'run.finetuned is false' > {SKIPPED}/absent.txt"
PAGE = "cp data/recommendations.csv page.html"


def commit(project: Path, message: str) -> None:
    succeed(project, "git", "add", "--all")
    succeed(project, "git", "commit", "--quiet", "--message", message)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of three real stages below a stub, run and committed on the branch main."""
    made = tmp_path_factory.mktemp("experiments") / "vidrec"
    for name in ("src", "stages", "tools"):
        shutil.copytree(ROOT / name, made / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("params.yaml", ".dvcignore", ".gitattributes", ".gitignore"):
        shutil.copy(ROOT / name, made / name)
    (made / "stub.py").write_text(STUB)
    (made / "dvc.yaml").write_text(yaml.safe_dump(pipeline()))
    write_params(made, {"weigh_objects": {"detector": "segmented", "term": "count"}})
    succeed(made, "git", "init", "--quiet", "--initial-branch", "main")
    succeed(made, "git", "config", "user.name", "Test")
    succeed(made, "git", "config", "user.email", "test@example.org")
    succeed(made, "dvc", "init", "--quiet")
    shutil.copytree(ROOT / ".dvc/plots", made / ".dvc/plots")
    succeed(made, "dvc", "config", "core.analytics", "false")
    succeed(made, "dvc", "repro")
    commit(made, "Base")
    return made


def pipeline() -> dict[str, Any]:
    """dvc.yaml with the detectors and the page, which take long, replaced by stubs."""
    whole: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text())
    outs = ["data/detections/segmented", "data/truth.csv", "data/copies.csv"]
    stages = {"segment_objects": {"cmd": "python stub.py", "deps": ["stub.py"], "outs": outs}}
    stages |= {"apply_head": {"cmd": NOT_RUN, "outs": [SKIPPED]}}
    stages |= {name: whole["stages"][name] for name in OWN_STAGES}
    read = ["data/recommendations.csv"]
    stages |= {"render_report": {"cmd": PAGE, "deps": read, "outs": ["page.html"]}}
    metrics = [f"metrics/{name}.json" for name in OWN_STAGES]
    return {"stages": stages, "metrics": metrics, "plots": whole["plots"]}


def weightings(project: Path, only: str) -> subprocess.CompletedProcess[str]:
    table = "metrics/plots/weightings.csv"
    return run(project, "python", "tools/weightings.py", "--table", table, "--only", only)


def ranking(project: Path) -> list[dict[str, str]]:
    with (project / "metrics/plots/weightings.csv").open() as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def first_run(project: Path) -> subprocess.CompletedProcess[str]:
    """A comparison of two weightings, of which one fails."""
    return weightings(project, "segmented-co*[at]-sqrt-idf")


def test_weightings_are_ranked_and_one_that_fails_stops_no_other(
    project: Path, first_run: subprocess.CompletedProcess[str]
) -> None:
    done = first_run
    assert done.returncode == 1
    assert [row["name"] for row in ranking(project)] == ["segmented-count-sqrt-idf"]
    assert "**segmented-count-sqrt-idf**" in done.stdout
    assert "segmented-confidence_area-sqrt-idf failed: " in done.stdout
    assert "has no area_pct" in done.stdout
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert errors[0].startswith("error: 1 of 2 failed: ")
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("first_run")
def test_the_default_s_figures_are_those_of_the_project(project: Path) -> None:
    [row] = ranking(project)
    metrics = json.loads((project / "metrics/build_index.json").read_text())
    with (project / "metrics/plots/retrieval.csv").open() as stream:
        everything = next(csv.DictReader(stream))
    for name in ("precision_at_10", "map_at_10"):
        assert float(row[name]) == metrics[name] == float(everything[name])
    for name in ("precision_at_10_low", "precision_at_10_high"):
        assert row[name] == everything[name]


@pytest.mark.usefixtures("first_run")
def test_a_second_run_replaces_the_first(project: Path) -> None:
    before = (project / "metrics/plots/weightings.csv").read_bytes()
    done = weightings(project, "segmented-count-sqrt-idf")
    assert done.returncode == 0, done.stderr
    assert (project / "metrics/plots/weightings.csv").read_bytes() == before
    kept = succeed(project, "dvc", "exp", "list", "--name-only").split()
    assert kept == ["segmented-count-sqrt-idf"]


@pytest.mark.usefixtures("first_run")
def test_a_weighting_can_be_applied_by_its_name(project: Path) -> None:
    succeed(project, "git", "stash", "--include-untracked")
    write_params(project, {"weigh_objects": {"term": "confidence"}})
    succeed(project, "dvc", "exp", "apply", "segmented-count-sqrt-idf")
    applied = yaml.safe_load((project / "params.yaml").read_text())
    succeed(project, "git", "checkout", "--quiet", ".")
    succeed(project, "git", "stash", "pop")
    assert applied["weigh_objects"]["term"] == "count"


# DVC's own, of a library that it uses.
@pytest.mark.filterwarnings("ignore:_NoneStep.value:DeprecationWarning")
@pytest.mark.usefixtures("first_run")
def test_after_one_is_applied_the_page_is_stale_and_repro_renews_it(project: Path) -> None:
    done = weightings(project, "[fs]*-confidence-log-noidf")
    assert done.returncode == 0, done.stderr
    assert "finetuned is left out: run.finetuned is false\n" in done.stdout
    assert "`dvc exp apply NAME`" in done.stdout
    assert [row["name"] for row in ranking(project)] == ["segmented-confidence-log-noidf"]
    succeed(project, "git", "stash", "--include-untracked")
    succeed(project, "dvc", "exp", "apply", "segmented-confidence-log-noidf")
    stale = stale_outputs(project)
    ran = stages_run(succeed(project, "dvc", "repro"))
    after = stale_outputs(project)
    succeed(project, "git", "checkout", "--quiet", ".")
    succeed(project, "git", "stash", "pop")
    succeed(project, "dvc", "checkout")
    assert (stale, ran, after) == (["render_report"], {"render_report"}, [])


def test_detectors_that_were_not_run_alone_are_an_error(project: Path) -> None:
    done = weightings(project, "finetuned-count-*")
    assert done.returncode == 1
    assert done.stdout == "finetuned is left out: run.finetuned is false\n"
    assert done.stderr.strip().startswith("error: all 32 weightings chosen are of detectors that")


def test_detections_that_are_not_up_to_date_are_an_error(project: Path) -> None:
    (project / "stub.py").write_text(STUB + "\n")
    done = weightings(project, "segmented-*")
    (project / "stub.py").write_text(STUB)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("error: segment_objects: not up to date")


@pytest.mark.usefixtures("first_run")
def test_a_review_shows_what_one_param_did(project: Path) -> None:
    commit(project, "Compare the weightings")
    write_params(project, {"weigh_objects": {"scaling": "binary"}})
    succeed(project, "dvc", "repro")
    commit(project, "Another scaling")
    before = json.loads(succeed(project, "git", "show", "HEAD~1:metrics/build_index.json"))
    now = json.loads((project / "metrics/build_index.json").read_text())
    report = succeed(project, "python", "tools/review.py", "--base", "HEAD~1")
    verdict, videos, params, metrics, figures = report.split("\n## ")[:5]
    assert re.match(r"# (Better, surely: |Worse, surely: |No sure change|No change)", verdict)
    assert f", now {now['precision_at_10']:.3f}".replace(" 0.", " .") in verdict
    assert "has not been run" not in verdict
    assert re.search(r"among the ten of \d+ of 15 videos", videos)
    rows = [line for line in params.splitlines() if line.startswith("| `")]
    assert [" ".join(row.split()) for row in rows] == [
        "| `weigh_objects.scaling` | `sqrt` | `binary` |"
    ]
    for name in ("precision_at_10", "map_at_10"):
        assert (f"| `{name}` " in metrics) == (before[name] != now[name])
    assert f"{before['precision_at_10']:.3f} (" in figures


def test_a_review_of_params_that_were_not_run_says_so(project: Path) -> None:
    write_params(project, {"weigh_objects": {"scaling": "log"}})
    report = succeed(project, "python", "tools/review.py", "--base", "HEAD")
    succeed(project, "git", "checkout", "--quiet", "params.yaml")
    told = "`dvc repro` has not been run since `weigh_objects.scaling` changed.\n"
    assert f"The results are not of these params: {told}" in report
    assert report.startswith("# No change\n")


def test_a_review_without_a_change_says_so(project: Path) -> None:
    report = succeed(project, "python", "tools/review.py", "--base", "HEAD")
    verdict, *sections = report.strip().split("\n\n## ")
    assert verdict.startswith("# No change\n\n- No change: precision at 10, now ")
    assert verdict.endswith("in brackets are 95 % intervals.")
    titles = [section.partition("\n\n")[0] for section in sections if "No change." in section]
    assert titles == [
        "Videos whose ten changed most",
        "Params",
        "Metrics",
        "Categories",
        "Precision of the first k",
    ]


def test_a_base_that_is_not_there_is_one_line(project: Path) -> None:
    for base in ("elsewhere", "--all"):
        done = run(project, "python", "tools/review.py", f"--base={base}")
        assert done.returncode == 1
        assert done.stderr.startswith(f"error: no revision {base!r} here")
        assert len(done.stderr.splitlines()) == 1


def test_a_base_without_metrics_is_no_error(project: Path) -> None:
    nothing = succeed(project, "git", "hash-object", "-t", "tree", "-w", os.devnull).strip()
    empty = succeed(project, "git", "commit-tree", "-m", "Empty", nothing)
    report = succeed(project, "python", "tools/review.py", "--base", empty.strip())
    assert "- Not comparable: precision at 10, as `" in report
    assert "has not `metrics/first_ten.csv`" in report


def test_plots_of_two_revisions_show_all(project: Path) -> None:
    shown = json.loads(succeed(project, "dvc", "plots", "diff", "--json", "HEAD~1"))
    own = (
        "accuracy",
        "confusion",
        "precision_at_k",
        "retrieval",
        "scores_by_video",
        "zero_vectors",
    )
    assert set(shown["data"]) == {"weightings", *(f"metrics/plots/{name}.csv" for name in own)}
    assert not shown.get("errors")

"""Two clones and a DVC remote in a folder: what one has run, the other goes on with."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from tests.projects import ROOT, commit, copy_tiny, stages_run, succeed, write_params

# Left out for time: nothing that follows the vectors is made of them.
LEFT_OUT = (
    *("prepare_segmenter", "segment_objects", "evaluate_segmented", "evaluate_classified"),
    *("embed_images", "finetune_head", "apply_head", "finetune_segmenter"),
)
FROM_THE_VECTORS = {"weigh_objects", "train_video_classifier", "build_index", "render_report"}


def leave_out_stages(project: Path) -> None:
    pipeline = yaml.safe_load((project / "dvc.yaml").read_text())
    for name in LEFT_OUT:
        del pipeline["stages"][name]
    del pipeline["artifacts"]
    (project / "dvc.yaml").write_text(yaml.safe_dump(pipeline, sort_keys=False))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(x.relative_to(folder)): x.read_bytes() for x in folder.rglob("*.jpg")}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was run, committed on the branch main, and pushed to a remote in a folder."""
    made = tmp_path_factory.mktemp("shared") / "vidrec"
    copy_tiny(made)
    shutil.copytree(ROOT / "tools", made / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".gitattributes", ".gitignore"):
        shutil.copy(ROOT / name, made / name)
    leave_out_stages(made)
    # Networks trained for seconds see one label everywhere, whose weight no scaling changes.
    fast = {name: {"precision": "fp32"} for name in ("prepare_weights", "classify_frames")}
    write_params(made, fast | {"weigh_objects": {"term": "probability"}})
    succeed(made, "dvc", "remote", "add", "--default", "folder", str(made.parent / "remote"))
    succeed(made, "dvc", "repro")
    commit(made, "Results")
    succeed(made, "dvc", "push")
    return made


@pytest.fixture(scope="module")
def clone(shared: Path) -> Path:
    """Another clone, on a branch of its own, with the results pulled."""
    made = shared.parent / "clone"
    succeed(shared, "git", "clone", "--quiet", str(shared), str(made))
    succeed(made, "git", "switch", "--quiet", "--create", "work")
    succeed(made, "git", "branch", "--delete", "main")
    succeed(made, "dvc", "pull")
    return made


def test_what_was_pulled_is_up_to_date_and_nothing_runs(clone: Path) -> None:
    assert json.loads(succeed(clone, "dvc", "status", "--json")) == {}
    assert stages_run(succeed(clone, "dvc", "repro")) == set()
    assert succeed(clone, "git", "status", "--porcelain") == ""


def test_what_was_pulled_answers(shared: Path, clone: Path) -> None:
    answer = succeed(clone, "vidrec", "recommend", "cars_001", "--json")
    assert len(json.loads(answer)["neighbors"]) == 10
    assert answer == succeed(shared, "vidrec", "recommend", "cars_001", "--json")


def test_frames_are_not_pulled_but_made_again_where_they_are_wanted(
    shared: Path, clone: Path
) -> None:
    first = contents(shared / "data/frames")
    assert first
    assert not (clone / "data/frames").exists()
    assert "frames:    those of 12 of 12 videos" in succeed(clone, "vidrec", "status")
    succeed(clone, "vidrec", "inspect", "cars_001")
    assert contents(clone / "data/frames").items() < first.items()
    log = succeed(clone, "dvc", "repro", "--force", "--single-item", "classify_frames")
    assert stages_run(log) == {"classify_frames"}
    assert contents(clone / "data/frames") == first
    assert "frames:" not in succeed(clone, "vidrec", "status")
    assert json.loads(succeed(clone, "dvc", "status", "--json")) == {}
    assert succeed(clone, "git", "status", "--porcelain") == ""
    size = sum(map(len, first.values()))
    for project in (shared, clone):
        files = [path for path in project.rglob("*.jpg") if path.is_file()]
        assert sum({x.stat().st_ino: x.stat().st_size for x in files}.values()) == size


def test_another_weighting_runs_only_what_is_made_of_it_and_is_reviewed(clone: Path) -> None:
    succeed(clone, "git", "config", "user.name", "Test")
    succeed(clone, "git", "config", "user.email", "test@example.org")
    tried = succeed(clone, "dvc", "exp", "run", "--set-param", "weigh_objects.scaling=log")
    assert stages_run(tried) == FROM_THE_VECTORS
    report = succeed(clone, "python", "tools/review.py")
    assert "\n\nAgainst `origin/main`: " in report
    params = report.partition("\n## Params\n")[2].partition("\n## ")[0]
    assert "| `sqrt` | `log` |" in " ".join(params.split())
    write_params(clone, {"weigh_objects": {"scaling": "linear"}})
    assert stages_run(succeed(clone, "dvc", "repro")) == FROM_THE_VECTORS
    assert "| `sqrt` | `linear` |" in " ".join(succeed(clone, "python", "tools/review.py").split())


def test_what_the_other_side_made_comes_back(shared: Path, clone: Path) -> None:
    write_params(clone, {"weigh_objects": {"scaling": "binary"}})
    succeed(clone, "dvc", "repro")
    commit(clone, "Another scaling")
    succeed(clone, "dvc", "push")
    succeed(shared, "git", "pull", "--quiet", str(clone), "work")
    succeed(shared, "dvc", "pull")
    assert json.loads(succeed(shared, "dvc", "status", "--json")) == {}
    for name in ("data/recommendations.csv", "reports/index.html"):
        assert (shared / name).read_bytes() == (clone / name).read_bytes()

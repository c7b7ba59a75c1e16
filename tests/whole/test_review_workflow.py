"""The workflow of GitHub Actions calls what is there, and may do no more than it needs."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / ".github/workflows/review.yml").read_text()
# YAML 1.1 reads the key `on` as true.
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
TRIGGERS = WORKFLOW[True]
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]
# What runs in a shell; the script that writes the comment is Python.
RUNS = [step["run"] for step in STEPS if "run" in step and "shell" not in step]
(COMMENT,) = (step for step in STEPS if "shell" in step)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

MARKER = "<!-- vidrec review -->"
BOT = "github-actions[bot]"
LIST = ["api", "--paginate", "--slurp", "repos/them/vidrec/issues/7/comments?per_page=100"]
ASIDE = ["--silent", "--input", "-"]
POST = ["api", "--method", "POST", "repos/them/vidrec/issues/7/comments", *ASIDE]
# Lists the comments there are, and keeps what it is told to write.
STAND_IN = """#!{python}
import json, pathlib, sys

here = pathlib.Path(__file__).parent
call = {{"arguments": sys.argv[1:]}}
if "--method" in sys.argv:
    call["body"] = json.load(sys.stdin)["body"]
else:
    print((here / "comments.json").read_text())
with (here / "calls").open("a") as stream:
    print(json.dumps(call), file=stream)
"""
Calls = list[dict[str, Any]]
Comment = Callable[..., Calls]


def test_it_runs_on_push_and_on_pull_requests_without_secrets_of_the_base() -> None:
    assert set(TRIGGERS) == {"push", "pull_request"}
    assert "secrets." not in TEXT


@pytest.mark.parametrize("command", RUNS)
def test_commands_call_targets_that_exist(command: str) -> None:
    words = [word for word in command.split() if not word.startswith("--")]
    assert words[0] in {"make", "cat", "echo"}
    if words[0] == "make":
        assert words[1] in TARGETS


def test_checks_tests_and_report_are_run() -> None:
    called = " ".join(RUNS)
    for target in ("make check", "make test", "make --silent review", "make plots"):
        assert target in called


def test_the_right_to_write_is_with_the_job_that_runs_no_code_of_the_project() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    given = {name: job["permissions"] for name, job in JOBS.items() if "permissions" in job}
    assert given == {"comment": {"pull-requests": "write"}}
    comment = JOBS["comment"]
    assert "head.repo.full_name == github.repository" in comment["if"]
    assert not any("checkout" in step.get("uses", "") for step in comment["steps"])
    assert not any("make" in step.get("run", "").split() for step in comment["steps"])


def test_no_expression_is_pasted_into_a_shell() -> None:
    assert not [command for command in [*RUNS, COMMENT["run"]] if "${{" in command]


def test_no_checkout_leaves_a_token_behind() -> None:
    checkouts = [step for step in STEPS if "checkout" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_actions_are_github_s_own_and_pinned_by_commit() -> None:
    lines = re.findall(r"uses:.*", TEXT)
    assert len(lines) == len([step for step in STEPS if "uses" in step]) == 7
    for line in lines:
        assert re.fullmatch(r"uses: actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)
    # One commit and one version of each action.
    assert len(set(lines)) == len({line.partition("@")[0] for line in lines}) == 4


@pytest.fixture
def comment(tmp_path: Path) -> Comment:
    """Runs the script where a pull request has these pages of comments; gives the calls of gh."""
    gh = tmp_path / "gh"
    gh.write_text(STAND_IN.format(python=sys.executable))
    gh.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "REPOSITORY": "them/vidrec",
        "NUMBER": "7",
        "SUMMARY": "https://github.example/run",
    }

    def run(*pages: list[dict[str, Any]], report: bytes = b"# Worse\n") -> Calls:
        (tmp_path / "review.md").write_bytes(report)
        (tmp_path / "comments.json").write_text(json.dumps(pages))
        command = [sys.executable, "-c", COMMENT["run"]]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=60)
        return [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]

    return run


def by(login: str, number: int, body: str | None) -> dict[str, Any]:
    return {"id": number, "user": {"login": login}, "body": body}


def test_the_script_has_all_that_it_reads() -> None:
    assert COMMENT["shell"] == "python3 {0}"
    assert set(COMMENT["env"]) == {"GH_TOKEN", "REPOSITORY", "NUMBER", "SUMMARY"}
    assert COMMENT in JOBS["comment"]["steps"]


def test_without_a_comment_one_is_written(comment: Comment) -> None:
    assert comment([]) == [
        {"arguments": LIST},
        {"arguments": POST, "body": f"{MARKER}\n\n# Worse\n"},
    ]


def test_its_own_comment_is_found_on_any_page_and_edited(comment: Comment) -> None:
    ours = by(BOT, 12, f"{MARKER}\n\n# Better")
    edit = ["api", "--method", "PATCH", "repos/them/vidrec/issues/comments/12", *ASIDE]
    assert comment([by("ada", 11, "Nice.")], [ours, by(BOT, 13, "# Coverage")]) == [
        {"arguments": LIST},
        {"arguments": edit, "body": f"{MARKER}\n\n# Worse\n"},
    ]


@pytest.mark.parametrize(
    "other",
    [
        by(BOT, 12, "# Coverage"),
        by(BOT, 12, f"It begins with {MARKER}"),
        by(BOT, 12, None),
        by("ada", 12, f"{MARKER}\n\n# Better"),
        by("ada", 12, f"> {MARKER}\n\nWhat is this?"),
        by("vidrec[bot]", 12, f"{MARKER}\n\n# Better"),
        {"id": 12, "user": None, "body": MARKER},
    ],
)
def test_another_s_comment_is_left_alone(comment: Comment, other: dict[str, Any]) -> None:
    assert [call["arguments"] for call in comment([other])] == [LIST, POST]


def test_a_report_that_a_comment_can_just_hold_is_whole(comment: Comment) -> None:
    report = "é" * 32_267 + "\n\n"
    body = comment([], report=report.encode())[-1]["body"]
    assert body == f"{MARKER}\n\n{report}"


def test_a_report_that_is_too_long_is_cut_at_a_line_and_says_so(comment: Comment) -> None:
    line = "é" * 60 + "\n"
    body = comment([], report=f"# Worse\n{line * 1_000}".encode())[-1]["body"]
    end = "\nCut, as it is too long: [the whole report](https://github.example/run)\n"
    assert body == f"{MARKER}\n\n# Worse\n{line * 533}{end}"
    assert len(body.encode()) <= 65_536


def test_a_fold_that_is_cut_is_closed(comment: Comment) -> None:
    whole, opened = "\n<details>\n\n1\n\n</details>\n", "\n<details>\n\n"
    long = "x" * 60 + "\n"
    body = comment([], report=f"{whole}{opened}{long * 2_000}".encode())[-1]["body"]
    assert body.endswith(
        f"{long}\n</details>\n\nCut, as it is too long: "
        "[the whole report](https://github.example/run)\n"
    )
    shut = comment([], report=f"{whole}{long * 2_000}".encode())[-1]["body"]
    assert shut.count("</details>") == 1


def test_one_line_without_an_end_is_left_out(comment: Comment) -> None:
    body = comment([], report=b"\xff" * 70_000)[-1]["body"]
    assert body.startswith(f"{MARKER}\n\n\nCut, as it is too long: ")

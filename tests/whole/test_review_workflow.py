"""The workflow of GitHub Actions calls what is there, and may do no more than it needs."""

import re
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
RUNS = [step["run"] for step in STEPS if "run" in step]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_it_runs_on_push_and_on_pull_requests_without_secrets_of_the_base() -> None:
    assert set(TRIGGERS) == {"push", "pull_request"}
    assert "secrets." not in TEXT


@pytest.mark.parametrize("command", RUNS)
def test_commands_call_targets_that_exist(command: str) -> None:
    words = [word for word in command.split() if not word.startswith("--")]
    assert words[0] in {"make", "gh", "cat", "echo"}
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
    assert not [command for command in RUNS if "${{" in command]


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


def test_there_is_one_comment_that_is_updated() -> None:
    posts = [command for command in RUNS if command.startswith("gh pr comment")]
    assert len(posts) == 1
    assert "--edit-last" in posts[0]
    assert "--create-if-none" in posts[0]

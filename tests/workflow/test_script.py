import argparse
import io
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vidrec.workflow import script, underway
from vidrec.workflow.errors import UserError, say
from vidrec.workflow.progress import Progress


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    handlers = {each: signal.getsignal(each) for each in script.STOPS}
    yield
    for each, handler in handlers.items():
        signal.signal(each, handler)


def run_code(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def fail(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UserError("a.csv is missing: make it"), "error: a.csv is missing: make it\n"),
        (UserError("a\nb.csv is missing"), "error: a b.csv is missing\n"),
        (KeyboardInterrupt(), "error: stopped by the user\n"),
    ],
)
def test_what_a_user_causes_is_one_line_and_status_1(
    error: BaseException, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        script.run(lambda: fail(error))
    assert ended.value.code == 1
    assert capsys.readouterr() == ("", said)


def stopped(resumes: bool) -> None:
    with pytest.raises(SystemExit) as ended:
        script.run(lambda: fail(KeyboardInterrupt()), resumes=resumes)
    assert ended.value.code == 1


def test_what_is_kept_is_said_where_anything_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(underway, "kept", lambda: None)
    stopped(resumes=True)
    assert capsys.readouterr().err == (
        "error: stopped by the user; what was finished is kept, and `dvc repro` goes on with the"
        " rest\n"
    )
    monkeypatch.setattr(underway, "kept", lambda: Progress("draw", "video", 300, done=17))
    stopped(resumes=True)
    assert capsys.readouterr().err == (
        "error: stopped by the user; 17 of 300 videos are finished and kept; `dvc repro` goes on"
        " with the rest\n"
    )


def test_a_stage_that_keeps_nothing_says_that_it_starts_anew(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DVC_STAGE", "build_index")
    stopped(resumes=False)
    assert capsys.readouterr().err == (
        "error: stopped by the user; `dvc repro` starts this stage anew\n"
    )


def test_a_bug_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        script.run(lambda: fail(ZeroDivisionError()))


def test_temporary_files_are_gone_whatever_ends_a_run() -> None:
    made: list[Path] = []

    def main() -> None:
        made.append(Path(tempfile.mkdtemp()))
        raise UserError("no")

    with pytest.raises(SystemExit):
        script.run(main)
    assert not made[0].parent.exists()


def test_a_background_run_that_ignores_ctrl_c_goes_on_ignoring_it() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with pytest.raises(SystemExit) as ended:
        script.run(lambda: os.kill(os.getpid(), signal.SIGINT))
    assert ended.value.code == 0


def test_a_good_run_ends_with_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        script.run(lambda: None)
    assert ended.value.code == 0
    assert capsys.readouterr() == ("", "")


def test_being_terminated_leaves_no_half_file(tmp_path: Path) -> None:
    code = """
import os, signal
from pathlib import Path
from vidrec.workflow import files, script

def main():
    with files.atomic_path(Path("out.csv")), files.atomic_directory(Path("out")):
        os.kill(os.getpid(), signal.SIGTERM)

script.run(main)
"""
    done = run_code(code, tmp_path)
    assert (done.returncode, done.stderr) == (143, "error: stopped by SIGTERM\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [[], ["--frames"], ["--nonsense"]])
def test_bad_arguments_are_one_line_and_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    parser = script.parser("Does something.")
    parser.add_argument("--frames", required=True)
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "--frames" in said
    assert said.count("\n") == 1


def test_the_params_file_is_an_argument() -> None:
    assert script.parser("").parse_args([]).params == Path("params.yaml")
    assert script.parser("").parse_args(["--params", "p.yaml"]).params == Path("p.yaml")


def test_whole_numbers_have_a_least() -> None:
    assert (script.positive("1"), script.not_negative("0")) == (1, 0)
    for number, text in ((script.positive, "0"), (script.not_negative, "-5")):
        with pytest.raises(argparse.ArgumentTypeError, match="is not a whole number of"):
            number(text)


def test_a_lock_that_cannot_lie_there_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".vidrec").touch()
    refused = pytest.raises(UserError, match=r"^\.vidrec/locks cannot be written")
    with refused, script.lock("classify_frames"):
        pass


LOCKING = "from vidrec.workflow import script; script.run(script.lock({!r}).__enter__)"


def test_a_second_run_of_a_stage_is_refused_until_the_first_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with script.lock("classify_frames"):
        refused = run_code(LOCKING.format("classify_frames"), tmp_path)
        other = run_code(LOCKING.format("segment_objects"), tmp_path)
        refused_here = pytest.raises(UserError, match="already running")
        with refused_here, script.lock("classify_frames"):
            pass
    assert refused.returncode == 1
    assert refused.stderr == (
        "error: classify_frames is already running here: wait until it ends, or end that process\n"
    )
    assert (other.returncode, other.stderr) == (0, "")
    with script.lock("classify_frames"):
        pass


@pytest.mark.parametrize("script", sorted(Path(__file__).parents[2].glob("stages/*.py")))
def test_each_stage_says_what_it_takes_and_refuses_what_it_does_not(
    script: Path, run_stage: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_stage(script.stem, "--help") == 0
    told = capsys.readouterr().out
    assert told.startswith(f"usage: {script.name}")
    assert "--params" in told
    assert run_stage(script.stem, "--nonsense", "1") == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1


def test_an_output_of_few_letters_gets_numbers_for_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(taken, encoding="ascii"))
    with pytest.raises(SystemExit) as ended:
        script.run(lambda: say("música \U0001f692"))
    assert ended.value.code == 0
    sys.stdout.flush()
    assert taken.getvalue() == b"m\\xfasica \\U0001f692\n"

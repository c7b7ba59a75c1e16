"""Programs that are started confined: their limits, and what they cannot reach."""

import ctypes
import os
import platform
import resource
import shutil
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.hostile_videos import OPEN, SIDE, TRAPS, Trap, baited

from vidrec.media import confined, ffmpeg
from vidrec.media.confined import Ended, Limits
from vidrec.media.containers import VideoError
from vidrec.media.extraction import Form, Rules, extract_frames

ROOT = Path(__file__).parents[2]
SHELL = Path("/bin/sh")
LIMITS = Limits(memory_bytes=4 << 30, cpu_s=20, file_bytes=1 << 30)
KINDS = ("landlock", "bubblewrap")


def use(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have programs confined in this way, or skip where the system cannot."""
    if kind == "landlock" and not (sys.platform == "linux" and confined._landlock_works()):
        pytest.skip("this system has no Landlock, or no seccomp")
    if kind == "bubblewrap" and not confined._bubblewrap_works():
        pytest.skip("bubblewrap is not installed, or may not make namespaces here")
    monkeypatch.setattr(confined, "kind", lambda: kind)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way to confine that works here."""
    use(request.param, monkeypatch)
    return str(request.param)


@pytest.fixture(params=[*KINDS, "none"])
def any_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    use(request.param, monkeypatch)
    return str(request.param)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "work"
    made.mkdir()
    return made


@dataclass(frozen=True)
class Done:
    ended: Ended
    output: str


def run(
    program: Path,
    arguments: Sequence[str],
    folder: Path,
    reads: Sequence[Path] = (),
    limits: Limits = LIMITS,
) -> Done:
    log = folder.parent / "log"
    with (
        log.open("wb") as stream,
        confined.running(
            program, arguments, folder, reads, limits, stdout=stream, stderr=stream
        ) as running,
    ):
        ended = running.wait(30)
    assert ended is not None
    return Done(ended, log.read_text(errors="replace"))


def shell(script: str, folder: Path, reads: Sequence[Path] = (), limits: Limits = LIMITS) -> Done:
    return run(SHELL, ["-c", script], folder, reads, limits)


def ffmpeg_run(arguments: str, folder: Path, limits: Limits = LIMITS) -> Done:
    program = Path(ffmpeg.binary())
    return run(program, ["-nostdin", "-v", "error", *arguments.split()], folder, (), limits)


def changed(**limits: int) -> Limits:
    return Limits(**(vars(LIMITS) | limits))


def test_what_the_kernel_has_is_used() -> None:
    """Asked of the kernel itself, so that no fault of ours lets all these tests be skipped."""
    if sys.platform != "linux" or os.uname().machine not in ("x86_64", "aarch64"):
        pytest.skip("there is no Landlock on this system")
    version = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)
    if version < 1:
        pytest.skip("this kernel has no Landlock")
    assert confined.kind() == "landlock"


def test_bubblewrap_is_used_where_landlock_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "_landlock_works", lambda: False)
    for works, kind in ((True, "bubblewrap"), (False, "none")):
        monkeypatch.setattr(confined, "_bubblewrap_works", lambda works=works: works)
        assert confined.kind.__wrapped__() == kind


def test_no_bubblewrap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not confined._bubblewrap_works()


def test_unconfined_is_told_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind, told in (("none", 1), ("landlock", 0)):
        monkeypatch.setattr(confined, "kind", lambda kind=kind: kind)
        confined.tell_unconfined.cache_clear()
        for _ in range(2):
            confined.tell_unconfined()
        assert capsys.readouterr().err.count("not shut off") == told
    confined.tell_unconfined.cache_clear()


def test_it_runs_in_its_folder(any_kind: str, folder: Path) -> None:
    done = shell("echo text > made; cat made; pwd; exit 7", folder)
    assert done.ended.code == 7
    assert done.output == f"text\n{folder.resolve()}\n"
    assert not done.ended.out_of_cpu


def test_the_environment_has_nothing_of_the_user(
    any_kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", "secret")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    done = shell("env; echo ~", folder)
    names = {line.partition("=")[0] for line in done.output.splitlines()[:-1]}
    assert names <= {"PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR", "LC_ALL", "PWD", "SHLVL", "_"}
    assert done.output.splitlines()[-1] == str(folder)


def test_the_memory_limit_holds(any_kind: str, folder: Path) -> None:
    command = "-f lavfi -i color=s=8192x8192:r=1:d=1 -filter_threads 1 -f null -"
    assert ffmpeg_run(command, folder).ended.code == 0
    assert ffmpeg_run(command, folder, changed(memory_bytes=150 << 20)).ended.code != 0


def test_the_limit_on_files_holds(any_kind: str, folder: Path) -> None:
    command = "-f lavfi -i color=s=640x480:d=9 -f rawvideo made"
    done = ffmpeg_run(command, folder, changed(file_bytes=1 << 20))
    assert done.ended.code == -signal.SIGXFSZ
    assert (folder / "made").stat().st_size <= 1 << 20


@pytest.mark.parametrize("end", ["", "trap '' XCPU;"])
def test_the_limit_on_cpu_time_is_told(
    any_kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """One that ends when told to, and one that must be killed."""
    monkeypatch.setattr(confined, "GRACE_S", 1)
    ended = shell(f"{end} while :; do :; done", folder, (), changed(cpu_s=1)).ended
    assert ended.code == -(signal.SIGKILL if end else signal.SIGXCPU)
    assert ended.out_of_cpu
    assert 0.9 <= ended.cpu_s < 4


def test_ffmpeg_out_of_cpu_time(any_kind: str, folder: Path) -> None:
    done = ffmpeg_run("-f lavfi -i testsrc2=s=1920x1080 -f null -", folder, changed(cpu_s=1))
    assert done.ended.out_of_cpu


def test_killed_from_outside_is_not_out_of_cpu(any_kind: str, folder: Path) -> None:
    ended = shell("sh -c 'kill -KILL $PPID'; sleep 9", folder).ended
    assert ended.code == -signal.SIGKILL
    assert not ended.out_of_cpu


def test_what_still_runs_is_told_and_then_killed(any_kind: str, folder: Path) -> None:
    with confined.running(SHELL, ["-c", "sleep 300"], folder, [], LIMITS) as running:
        assert running.wait(0.2) is None
        assert running.process.returncode is None
    assert running.process.returncode == -signal.SIGKILL


def test_no_core_and_few_files(any_kind: str, folder: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        assert shell("ulimit -c; ulimit -n", folder).output.split() == ["0", "256"]
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


@pytest.mark.parametrize("name", [b"a b.mp4", b"-i", b"\xff\n\xc3\xbc:%d.mp4"])
def test_of_its_input_it_can_only_read(any_kind: str, folder: Path, name: bytes) -> None:
    target = folder.parent / "elsewhere" / os.fsdecode(name)
    target.parent.mkdir()
    target.write_text("content")
    (folder / "video").symlink_to(target)
    reads = [target]
    assert shell("cat video", folder, reads).output == "content"
    if any_kind != "none":
        assert shell("echo more >> video", folder, reads).ended.code != 0
        assert target.read_text() == "content"


def outside(folder: Path) -> list[Path]:
    """What is not for a program: beside its input, in its folder's folder, of the system, ours."""
    beside = folder.parent / "beside"
    beside.write_text("secret")
    return [beside, Path("/etc/passwd"), ROOT / "pyproject.toml", Path("/proc/1/status")]


def test_other_files_are_out_of_reach(kind: str, folder: Path) -> None:
    given = folder.parent / "input"
    given.write_text("content")
    for path in outside(folder):
        assert path.read_text()
        for script in (f"cat {path}", f"ln -s {path} x; cat x", f"ln {path} y; cat y"):
            done = shell(f"cat {given}; {script}", folder, [given])
            assert done.output.startswith("content")
            assert done.ended.code != 0


@pytest.mark.parametrize("place", ["..", str(ROOT), "~", "/var/tmp", "/dev/shm"])
def test_nothing_is_written_elsewhere(kind: str, folder: Path, place: str) -> None:
    path = folder / Path(place).expanduser() / f"vidrec-{os.getpid()}"
    done = shell(f"echo text > made; echo text > '{path}'; cat made", folder)
    assert "text" in done.output
    assert not path.exists()


def test_there_is_no_network(kind: str, folder: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"tcp://127.0.0.1:{listener.getsockname()[1]}?timeout=3000000"
        assert ffmpeg_run(f"-i {url}", folder).ended.code != 0
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_this_process_keeps_all_it_had(kind: str, folder: Path) -> None:
    shell(":", folder)
    assert all(path.read_text() for path in [*outside(folder), Path(__file__)])
    socket.socket().close()


def test_root_has_no_powers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0 or not shutil.which("chroot"):
        pytest.skip("this user has none anyway")
    for kind, code in (("none", 0), ("landlock", 125)):
        use(kind, monkeypatch)
        assert shell("chroot / /bin/true", folder).ended.code == code


def test_a_program_with_its_libraries_somewhere_else(
    kind: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if platform.libc_ver()[0] != "glibc" or not shutil.which("ldd"):
        pytest.skip("no ldd tells here what a program needs")
    program = Path(shutil.copy("/bin/cat", tmp_path / "cat"))
    libraries = [path for path in confined._parts(program) if path.name.startswith("libc.so")]
    (tmp_path / "lib").mkdir()
    own = Path(shutil.copy(libraries[0], tmp_path / "lib"))
    monkeypatch.setenv("LD_LIBRARY_PATH", str(own.parent))
    confined._parts.cache_clear()
    other = Path(shutil.copy(own, own.with_name("other")))
    assert run(program, [str(own)], folder).ended.code == 0
    assert run(program, [str(other)], folder).ended.code != 0


def reached(trap: Trap, tmp_path: Path) -> set[str]:
    """What of the bait an ffmpeg reaches that is told to open and follow everything."""
    work, place = tmp_path / "work", tmp_path / "place"
    work.mkdir()
    place.mkdir()
    with baited(place) as bait:
        video = place / "hostile.mp4"
        trap.write(video, bait)
        (work / "video").symlink_to(video)
        written = ["-map", "0:v", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "made"]
        arguments = ["-nostdin", *OPEN, *trap.options, "-i", "file:video", *written]
        with confined.running(Path(ffmpeg.binary()), arguments, work, [video], LIMITS) as running:
            running.wait(10)
    made = work / "made"
    return bait.reached(made.read_bytes() if made.exists() else b"")


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_unconfined_the_traps_work(
    trap: Trap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would be reached: without it the next test would prove nothing."""
    use("none", monkeypatch)
    assert reached(trap, tmp_path) == trap.reaches


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_confined_no_input_reaches_anything(trap: Trap, kind: str, tmp_path: Path) -> None:
    assert reached(trap, tmp_path) == set()


@pytest.mark.parametrize("suffix", [".mp4", ".ts", ".m3u8", ".svg"])
@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_no_input_reaches_anything_even_unconfined(
    trap: Trap, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The product's own functions, where nothing but they stand in the way."""
    use("none", monkeypatch)
    with baited(tmp_path) as bait:
        video = tmp_path / f"hostile{suffix}"
        trap.write(video, bait)
        pixels = product_pixels(video)
    assert bait.reached(pixels) == set()


def product_pixels(video: Path) -> bytes:
    frames: list[bytes] = []
    with suppress(VideoError):
        frames = extract_frames(video, Form(3, SIDE, "stretch", 2), Rules(9, 0)).frames
    return b"".join(Image.open(BytesIO(frame)).convert("RGB").tobytes() for frame in frames)

"""Processes that are there, and those that are gone."""

import os
import subprocess
import sys

from vidrec.workflow.processes import is_running, machine


def test_a_process_that_has_ended_is_gone() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert is_running(os.getpid())
    assert not is_running(gone.pid)


def test_the_name_of_the_machine_fits_into_that_of_a_file() -> None:
    assert machine().isalnum()

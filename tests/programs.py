"""The program in processes of its own, forked from one that has read what each of them reads: that saves the start."""

import multiprocessing
import os
import runpy
import sys
import tempfile
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[1]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.read_before"])


def forked(play, *arguments):
    """A process that plays a function of a module of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))  # for the one that forks, which begins with the first
        process = FORKS.Process(target=play, args=arguments)
        process.start()
    return process


class Program:
    """`run_bot.py` with these arguments in a folder; `settings` go over the environment of this process."""

    def __init__(self, folder, *arguments, typed="", **settings):
        reader, writer = FORKS.Pipe(duplex=False)
        with tempfile.NamedTemporaryFile(delete=False) as complaints:
            self.complaints = Path(complaints.name)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
        told = str(folder), arguments, typed, environment, writer, str(self.complaints)
        self.process = forked(_play, *told)
        writer.close()
        self.stdout = os.fdopen(os.dup(reader.fileno()), encoding="utf-8")
        reader.close()

    @property
    def code(self):
        """The exit code; None while it runs."""
        return self.process.exitcode

    def signal(self, number):
        os.kill(self.process.pid, number)

    def wait(self, seconds):
        """Its exit code, and all that it said since it was last read; it must end by then."""
        self.process.join(seconds)
        assert self.code is not None, "still runs"
        return self.code, self.stdout.read()

    def close(self):
        if self.code is None:
            self.process.kill()
            self.process.join()
        self.stdout.close()
        self.complaints.unlink(missing_ok=True)


def run(folder, *arguments, typed="", **settings):
    """Runs the program to its end, as `subprocess.run` does."""
    program = Program(folder, *arguments, typed=typed, **settings)
    said = program.stdout.read()
    program.process.join()
    done = SimpleNamespace(returncode=program.code, stdout=said, stderr=program.complaints.read_text("utf-8"))
    program.close()
    return done


def _play(folder, arguments, typed, environment, writer, complaints):
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    with tempfile.TemporaryFile() as words:
        words.write(typed.encode())
        words.seek(0)
        os.dup2(words.fileno(), 0)
    os.dup2(writer.fileno(), 1)
    writer.close()
    with Path(complaints).open("wb") as file:
        os.dup2(file.fileno(), 2)
    sys.stdin, sys.stdout, sys.stderr = (open(n, mode, encoding="utf-8", closefd=False) for n, mode in enumerate("rww"))  # noqa: SIM115
    sys.argv = [str(ROOT / "run_bot.py"), *arguments]
    warnings.simplefilter("error")
    runpy.run_path(sys.argv[0], run_name="__main__")

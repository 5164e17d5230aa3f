"""A search that is killed again and again, at moments drawn at random, ends with the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from unit.polychrony.networks import DATA
from unit.polychrony.test_search import content

from snndsl.polychrony import read_catalogue

TESTS = Path(__file__).resolve().parents[1]

KILLS = 10

# What it does with its files is counted; at number `last` it kills itself, a file half written. 0: it goes on to the end.
SEARCH = """
import io, os, signal, sys, time
from functools import partial
from pathlib import Path

import numpy as np
from unit.polychrony.test_search import blocks, find, search

folder, last, pause = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
count = 0
save, write_text, replace = np.save, Path.write_text, Path.replace

def dies():
    global count
    count += 1
    return count == last

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def half_save(file, array, **options):
    if dies():
        stream = io.BytesIO()
        save(stream, array, **options)
        Path(file).write_bytes(stream.getvalue()[: len(stream.getvalue()) // 2])
        die()
    save(file, array, **options)

def half_write(path, text, *arguments, **options):
    if dies():
        write_text(path, text[: len(text) // 2], *arguments, **options)
        die()
    return write_text(path, text, *arguments, **options)

def late_replace(path, target):
    if dies():
        die()
    result = replace(path, target)
    if dies():
        die()
    return result

def progress(done, total, groups):
    print(done, flush=True)
    time.sleep(pause)

np.save, Path.write_text, Path.replace = half_save, half_write, late_replace
search.blocks = partial(blocks, least=60)
search.TOGETHER = 2
find(folder, resume=True, progress=progress)
print("events", count, flush=True)
"""


def start(folder: Path, last: int = 0, pause: float = 0.0) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    command = [sys.executable, "-c", SEARCH, str(folder), str(last), str(pause)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_ten_kills_and_the_same_bytes(tmp_path: Path) -> None:
    whole = start(tmp_path / "whole")
    said, errors = whole.communicate(timeout=300)
    assert whole.returncode == 0, errors
    events = int(said.split()[-1])
    assert events > 100
    expected = content(tmp_path / "whole")
    chance = random.Random(17)
    seen = [0]
    for attempt in range(KILLS):
        if attempt % 2:  # at a moment of which the search knows nothing
            process = start(tmp_path / "killed", pause=0.02)
            assert process.stdout is not None and process.stdout.readline()
            time.sleep(chance.uniform(0, 0.15))
            process.kill()
        else:  # while it writes
            process = start(tmp_path / "killed", last=chance.randint(1, events // 8))
        _, errors = process.communicate(timeout=300)
        assert process.returncode == -signal.SIGKILL, (attempt, errors)
        if (tmp_path / "killed" / "manifest.json").exists():
            partly = read_catalogue(tmp_path / "killed")
            assert not partly.complete and all(len(group) > 0 for group in partly)
            seen.append(len(partly))
    assert seen == sorted(seen) and seen[-1] > 0
    done = start(tmp_path / "killed")
    _, errors = done.communicate(timeout=300)
    assert done.returncode == 0, errors
    assert content(tmp_path / "killed") == expected
    assert len(read_catalogue(tmp_path / "killed")) > seen[-1]


def children(process: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_workers_end_with_their_search(tmp_path: Path, number: signal.Signals, status: int) -> None:
    with np.load(DATA / "state_17901s.npz") as state:
        columns = {"pre": state["pre"], "post": state["post"], "weight": state["weight"], "delay": state["delay_ms"]}
    np.savez(tmp_path / "network.npz", **columns)
    command = [str(Path(sys.executable).with_name("snndsl")), "discover", "network.npz", "--threshold", "8", "--workers", "2"]
    out = ["-o", "found", "--limit", "100"]
    process = subprocess.Popen([*command, *out], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while len(children(process.pid)) < 3 and time.monotonic() < deadline:  # two workers and multiprocessing's own helper
        time.sleep(0.05)
    started = children(process.pid)
    time.sleep(1.0)
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == status, errors
    while any(Path(f"/proc/{child}/cmdline").exists() for child in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(started) >= 3 and not any(Path(f"/proc/{child}/cmdline").exists() for child in started)
    if number == signal.SIGTERM:
        assert "--resume found" in errors and read_catalogue(tmp_path / "found").manifest["status"] == "interrupted"

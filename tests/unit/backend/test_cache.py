"""Compiled parts by content: built once, verified, private, safe among processes."""

import multiprocessing
import os
from pathlib import Path

import pytest

from snndsl.backend.cache import DirectoryCache, default_cache
from snndsl.errors import ToolMissing

KEY = {"source": "int main() {}", "flags": b"-O2"}


def build(folder: Path) -> None:
    (folder / "program").write_text("built")


def refuse(folder: Path) -> None:
    raise AssertionError("built twice")


@pytest.fixture
def cache(tmp_path: Path) -> DirectoryCache:
    return DirectoryCache(tmp_path / "cache")


def test_an_entry_is_built_once(cache: DirectoryCache) -> None:
    place = cache.get(KEY, build)
    assert (place / "program").read_text() == "built"
    assert cache.get(dict(reversed(KEY.items())), refuse) == place


@pytest.mark.parametrize("other", [{**KEY, "flags": "-O3"}, {"source": KEY["source"]}, {**KEY, "compiler": ""}])
def test_another_key_is_another_entry(cache: DirectoryCache, other: dict[str, str]) -> None:
    assert cache.get(KEY, build) != cache.get(other, build)


def test_values_cannot_run_into_each_other(cache: DirectoryCache) -> None:
    assert cache.get({"a": "x", "b": "y"}, build) != cache.get({"a": "x\0b", "b": "y"}, build)


@pytest.mark.parametrize("damage", ["bytes", "gone", "list", "empty list"])
def test_a_damaged_entry_is_built_anew(cache: DirectoryCache, damage: str) -> None:
    place = cache.get(KEY, build)
    if damage == "bytes":
        (place / "program").write_text("other")
    elif damage == "gone":
        (place / "program").unlink()
    else:
        (place / "entry.json").write_text("{" if damage == "list" else "[]")
    assert (cache.get(KEY, build) / "program").read_text() == "built"
    assert len([name for name in os.listdir(cache.root) if name.startswith(".damaged-")]) == 1


def test_a_failed_build_leaves_nothing(cache: DirectoryCache) -> None:
    def fail(folder: Path) -> None:
        build(folder)
        raise RuntimeError("compiler")

    with pytest.raises(RuntimeError):
        cache.get(KEY, fail)
    assert os.listdir(cache.root) == []


def test_a_folder_others_may_write_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(ToolMissing, match="cache-unsafe"):
        DirectoryCache(shared)


def test_it_is_private_and_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNNDSL_CACHE", str(tmp_path / "mine"))
    assert default_cache().root == tmp_path / "mine"
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o700


def test_without_a_home_it_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SNNDSL_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    assert (default_cache().get(KEY, build) / "program").exists()


def _worker(root: Path) -> str:
    return str(DirectoryCache(root).get(KEY, build))


def test_processes_that_build_the_same_at_once_agree(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        places = pool.map(_worker, [tmp_path / "cache"] * 24)
    assert len(set(places)) == 1
    assert [name for name in os.listdir(tmp_path / "cache") if name.startswith(".")] == []

"""Figures: what they show, and the same bytes for the same data."""

from pathlib import Path

import pytest
from matplotlib.colors import to_hex
from unit.analysis.runs import write

from snndsl.analysis import figures
from snndsl.analysis.comparison import compare
from snndsl.analysis.network_figure import network_figure
from snndsl.errors import ModelError

SPIKES = {"exc": [(1, 0), (5, 3), (5, 7), (40, 3)], "inh": [(6, 1)]}


def test_a_raster_has_every_spike_in_its_band(tmp_path: Path) -> None:
    figure = figures.raster(write(tmp_path / "a", SPIKES))
    above, below = figure.axes
    drawn = [line.get_ydata().tolist() for line in above.lines if len(line.get_ydata()) and line.get_marker() in ("|", "o")]
    assert drawn == [[0.5, 3.5, 7.5, 3.5], [11.5]]
    assert [label.get_text() for label in above.get_yticklabels()] == ["exc\n10", "inh\n4"]
    assert (below.get_xlabel(), below.get_ylabel()) == ("time (ms)", "rate (Hz)")


def test_states_are_labelled(tmp_path: Path) -> None:
    figure = figures.states_overview(write(tmp_path / "a", SPIKES, [float(k) for k in range(101)]))
    assert figure.axes[0].lines[0].get_ydata()[-1] == 100
    assert figure.axes[0].lines[0].get_label() == "exc[0]"


@pytest.mark.parametrize("steps", [1, 2, 99, 100, 301, 1000])
def test_the_rate_of_regular_spikes_is_flat(tmp_path: Path, steps: int) -> None:
    every = [(step, 0) for step in range(1, steps + 1)]
    below = figures.raster(write(tmp_path / "a", {"exc": every}, steps=steps)).axes[1]
    values, edges, _ = below.patches[0].get_data()
    assert values == pytest.approx(100) and (edges[0], edges[-1]) == (0, steps)


def test_one_state_of_chosen_neurons(tmp_path: Path) -> None:
    run = write(tmp_path / "a", SPIKES, [float(k) for k in range(101)], chunk=30)
    run.manifest["units"] = {"exc": {"v": "mV"}}
    [axis] = figures.states(run, "exc", "v", [0], (10, 40)).axes
    assert axis.lines[0].get_xdata().tolist() == axis.lines[0].get_ydata().tolist() == list(range(10, 41))
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("time (ms)", "v (mV)")


@pytest.mark.parametrize(
    ("population", "variable", "neurons", "said"),
    [("exc", "u", None, "u of exc was not recorded"), ("inh", "v", None, "v of inh"), ("exc", "v", [0, 3], r"\[3\] was not")],
)
def test_a_state_that_was_not_recorded_is_refused(
    tmp_path: Path, population: str, variable: str, neurons: list[int] | None, said: str
) -> None:
    run = write(tmp_path / "a", SPIKES, [float(k) for k in range(101)])
    with pytest.raises(ModelError, match=said):
        figures.states(run, population, variable, neurons)


def test_settings_of_matplotlib_stay_as_they_were(tmp_path: Path) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    run = write(tmp_path / "a", SPIKES, [float(k) for k in range(101)])
    figures.save(figures.raster(run), tmp_path / "raster.svg")
    figures.save(figures.states_overview(run), tmp_path / "states.png")
    assert dict(matplotlib.rcParams) == before


def test_labels_have_the_colours_of_their_spikes(tmp_path: Path) -> None:
    above, below = figures.raster(write(tmp_path / "a", SPIKES)).axes
    spikes = [line.get_color() for line in above.lines if line.get_marker() in ("|", "o")]
    assert [label.get_color() for label in above.get_yticklabels()] == spikes
    assert [to_hex(step.get_edgecolor()) for step in below.patches] == spikes


def test_the_difference_is_marked_in_both_runs(tmp_path: Path) -> None:
    runs = [write(tmp_path / "a", SPIKES), write(tmp_path / "b", {**SPIKES, "exc": SPIKES["exc"][:2]})]
    figure = figures.divergence(compare(*runs), *runs)
    markers = [[line.get_marker() for line in axis.lines if line.get_markersize() == 9] for axis in figure.axes]
    assert markers == [["o"], ["x"]]


def test_no_difference_no_picture(tmp_path: Path) -> None:
    runs = [write(tmp_path / "a", SPIKES), write(tmp_path / "b", SPIKES)]
    assert figures.divergence(compare(*runs), *runs) is None


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_figure_is_the_same_file(tmp_path: Path, ending: str) -> None:
    run = write(tmp_path / "a", SPIKES)
    files = [tmp_path / f"{name}.{ending}" for name in "xy"]
    for file in files:
        figures.save(figures.raster(run), file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].stat().st_size > 2000


def test_a_wrong_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="figure-format"):
        figures.save(figures.raster(write(tmp_path / "a", SPIKES)), tmp_path / "raster.docx")


@pytest.mark.parametrize("window", [(50, 50), (60, 10), (500, 600)])
def test_an_empty_window_is_refused(tmp_path: Path, window: tuple[int, int]) -> None:
    with pytest.raises(ModelError, match="window-empty"):
        figures.raster(write(tmp_path / "a", SPIKES), None, window)


def test_an_unknown_population_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="population-unknown"):
        figures.raster(write(tmp_path / "a", SPIKES), ["exh"])


def test_a_network_names_everything(tmp_path: Path) -> None:
    nodes = [("exc", "population", 10, "lif"), ("noise", "stimulus", 10, "poisson")]
    figure = network_figure(nodes, [("noise", "exc", "", 0, False), ("exc", "exc", "ee", 90, True)], "net")
    texts = " ".join(text.get_text() for text in figure.axes[0].texts)
    assert all(word in texts for word in ("exc", "10 lif", "noise", "poisson", "ee  90 plastic"))

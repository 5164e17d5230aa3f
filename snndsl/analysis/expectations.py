"""The section ``expect`` of a model against a recording: what was expected, what was found, and whether they agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.analysis.statistics import coefficient_of_variation, f1_score, mean_rate
from snndsl.errors import Fault, ModelError, SnndslError
from snndsl.expressions import tree
from snndsl.graph.rows import row_count
from snndsl.graph.synapses import to_steps
from snndsl.graph.values import evaluate_term, model_names
from snndsl.results import Recording, Spikes
from snndsl.schema.observation import ExpectSpec, TargetSpec
from snndsl.semantics.arithmetic import Evaluator
from snndsl.semantics.check import CheckedModel, whole_steps
from snndsl.semantics.element import value_terms
from snndsl.semantics.selection import Selection, resolve
from snndsl.semantics.terms import parse_term

__all__ = ["Outcome", "check_expectations"]

_REDUCE: Mapping[str, Callable[[Any], Any]] = {"mean": np.mean, "max": np.max, "min": np.min, "fraction": np.mean}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One expectation and what came of it.

    Parameters
    ----------
    name : str
        Of the expectation.
    passed : bool
        Whether it is met; one that cannot be judged is not met.
    expected, found : str
        In words.
    place : str
        ``file:line:column``.
    """

    name: str
    passed: bool
    expected: str
    found: str
    place: str

    @property
    def text(self) -> str:
        """One line."""
        return f"{self.name}: {self.found}" + ("" if self.passed else f", expected {self.expected}    {self.place}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {"name": self.name, "passed": self.passed, "expected": self.expected, "found": self.found, "place": self.place}


class _Unreached(Exception):
    """The recording does not hold what the expectation is about."""


def check_expectations(model: CheckedModel, recording: Recording) -> list[Outcome]:
    """Check every expectation of a model.

    Parameters
    ----------
    model : CheckedModel
        That was run.
    recording : Recording
        Of it.

    Returns
    -------
    list of Outcome
        In the order of the file.
    """
    return [_Expectation(model, recording, name, spec).outcome() for name, spec in model.spec.expect.items()]


class _Expectation:
    def __init__(self, model: CheckedModel, recording: Recording, name: str, spec: ExpectSpec) -> None:
        self.model, self.recording, self.name, self.spec = model, recording, name, spec
        self.place = model.place("expect", name)

    def outcome(self) -> Outcome:
        """Judge."""
        where = self.place.at()
        place = f"{where.file}:{where.line}:{where.column}"
        try:
            passed, expected, found = self._judge()
        except _Unreached as reason:
            return Outcome(self.name, False, self._wanted_text(), f"not reached: {reason}", place)
        except SnndslError as error:
            fault: Fault = error.faults[0]
            return Outcome(self.name, False, fault.expected or self._wanted_text(), fault.what, place)
        return Outcome(self.name, passed, expected, found, place)

    # ---- what is measured

    def _judge(self) -> tuple[bool, str, str]:
        spec = self.spec
        if spec.of and all(name in self.model.spec.projections for name in spec.of):
            return self._synapses()
        selection = resolve(spec.of, self.model.sizes, self.model.spec.groups, self.place, f"expectation {self.name!r} is of")
        match spec.value:
            case "spikes":
                return self._spike_list(selection)
            case "count" | "rate" | "first_spike" | "cv_isi":
                return self._train(selection, spec.value)
            case "f1":
                return self._f1(selection)
        return self._state(selection)

    def _train(self, selection: Selection, value: str) -> tuple[bool, str, str]:
        first, last = self._window()
        spikes = self._spikes(selection, first, last)
        step_ms = float(self.model.step)
        if self.spec.each == "neuron":
            trains = [
                Spikes(spikes.step[spikes.neuron == k], spikes.neuron[spikes.neuron == k], spikes.step_ms)
                for k in range(selection.size)
            ]
            sizes = 1
        else:
            trains, sizes = [spikes], selection.size
        seconds = (last - first) * step_ms / 1000
        measure: Mapping[str, tuple[Callable[[Spikes], float], float, str]] = {
            "count": (lambda train: float(len(train)), 1.0, "spikes"),
            "rate": (lambda train: mean_rate(len(train), sizes, seconds), 1e-3, "Hz"),
            "first_spike": (lambda train: float(train.step[0]) * step_ms if len(train) else float("nan"), 1.0, "ms"),
            "cv_isi": (coefficient_of_variation, 1.0, ""),
        }
        function, factor, unit = measure[value]
        found = np.array([function(train) for train in trains])
        if np.isnan(found).any():
            return False, self._wanted_text(), f"{value} has no value: {len(spikes)} spikes"
        return self._compare(found * factor, value, unit, factor)

    def _state(self, selection: Selection) -> tuple[bool, str, str]:
        stamp = self._time(self.spec.at, "at", self.model.steps)
        values = []
        for block in selection.blocks:
            try:
                series = self.recording.states[block.population][str(self.spec.value)]
            except KeyError:
                raise _Unreached(f"{self.spec.value} of {block.population} was not recorded") from None
            neurons = np.searchsorted(series.neuron, np.arange(block.start, block.stop))
            known = np.isin(np.arange(block.start, block.stop), series.neuron)
            sample = np.nonzero(series.step == stamp)[0]
            if not known.all() or not len(sample):
                raise _Unreached(f"{self.spec.value} of {block.population} was not recorded at step {stamp}")
            values.append(series.value[sample[0], neurons])
        unit = self.recording.unit(selection.blocks[0].population, str(self.spec.value).replace(".", "__"))
        return self._compare(np.concatenate(values), str(self.spec.value), unit, 1.0)

    def _synapses(self) -> tuple[bool, str, str]:
        [name] = self.spec.of
        term = parse_term(str(self.spec.value), self.model.place("expect", self.name, "value"))
        node, reduce = term.tree, None
        if isinstance(node, tree.Call) and node.function in _REDUCE and len(node.arguments) == 1:
            reduce, node = _REDUCE[node.function], node.arguments[0]
        rows = {"row": self.recording.synapses[name].row.astype(np.float64)}
        evaluator = Evaluator(model_names(self.model, {**rows, **self._snapshot(name)}, None), self.model.step, self.model.data)
        found = np.asarray(evaluator(node), np.float64)
        if not found.size:
            raise _Unreached(f"{name} has no synapses")
        return self._compare(np.atleast_1d(reduce(found)) if reduce else found, str(self.spec.value), "", 1.0, rows)

    def _snapshot(self, name: str) -> dict[str, Any]:
        if name not in self.recording.weights:
            if self.model.spec.projections[name].plasticity:
                raise _Unreached(f"synapses of {name} were not recorded")
            return {"w": self.recording.synapses[name].weight}
        stamp = self._time(self.spec.at, "at", self.model.steps)
        found = {}
        for variable, series in self.recording.weights[name].items():
            place = np.nonzero(series.step == stamp)[0]
            if not len(place):
                raise _Unreached(f"{variable} of {name} was not recorded at step {stamp}")
            found[variable] = series.value[place[0]]
        return found

    def _spike_list(self, selection: Selection) -> tuple[bool, str, str]:
        first, last = self._window()
        spikes = self._spikes(selection, first, last)
        if self.spec.equals is not None and self.spec.equals.t is not None:
            wanted = self._listed(self.spec.equals, first, last)
            found = _codes(spikes.step, spikes.neuron)
            missing, extra = np.setdiff1d(wanted, found), np.setdiff1d(found, wanted)
            text = f"{len(found):,} spikes, {len(missing):,} missing, {len(extra):,} too many"
            if len(missing) or len(extra):
                code = min([*missing[:1], *extra[:1]])
                how = "missing" if len(missing) and missing[0] == code else "too many"
                text += f"; the first: neuron {code % 2**31} at step {code // 2**31} is {how}"
            return not len(missing) and not len(extra), f"the {len(wanted):,} listed spikes", text
        if not len(spikes):
            return False, self._wanted_text(), "no spikes"
        return self._compare(np.asarray(spikes.step * float(self.model.step), np.float64), "spikes", "ms", 1.0)

    def _f1(self, selection: Selection) -> tuple[bool, str, str]:
        if self.spec.against is None:
            raise ModelError(self.place.problem("key-missing", "f1 needs 'against'", "against: {i: .., t: ..}"))
        first, last = self._window()
        spikes = self._spikes(selection, first, last)
        score = f1_score(_codes(spikes.step, spikes.neuron), self._listed(self.spec.against, first, last))
        return self._compare(np.array([score]), "f1", "", 1.0)

    # ---- pieces

    def _spikes(self, selection: Selection, first: int, last: int) -> Spikes:
        """Return the spikes of a selection; neurons count within it."""
        steps, neurons, offset = [], [], 0
        for block in selection.blocks:
            if block.population not in self.recording.spikes:
                raise _Unreached(f"spikes of {block.population} were not recorded")
            spikes = self.recording.spikes[block.population]
            kept = (spikes.neuron >= block.start) & (spikes.neuron < block.stop) & (spikes.step > first) & (spikes.step <= last)
            steps.append(spikes.step[kept])
            neurons.append(spikes.neuron[kept] - block.start + offset)
            offset += block.size
        step, neuron = np.concatenate(steps), np.concatenate(neurons).astype(np.int32)
        order = np.lexsort((neuron, step))
        return Spikes(step[order], neuron[order], self.model.step)

    def _window(self) -> tuple[int, int]:
        return self._time(self.spec.after, "after", 0), self._time(self.spec.until, "until", self.model.steps)

    def _time(self, text: str | None, key: str, default: int) -> int:
        stamp = default
        if text is not None:
            term = parse_term(str(text), self.model.place("expect", self.name, key))
            stamp = whole_steps(term, self.model.step, key)
        if stamp > self.recording.steps_done:
            raise _Unreached(f"the run ends at step {self.recording.steps_done:,}, before step {stamp:,}")
        return stamp

    def _listed(self, target: TargetSpec, first: int, last: int) -> NDArray[np.int64]:
        """Return listed spikes within the window as numbers."""
        path = ("expect", self.name, "equals" if target is self.spec.equals else "against")
        terms: dict[str, Any] = {key: value_terms(getattr(target, key), self.model.place(*path, key)) for key in ("i", "t")}
        rows = row_count(self.model, terms)
        scope = {"row": np.arange(rows, dtype=np.float64)} if rows is not None else {}
        evaluator = Evaluator(model_names(self.model, scope, None), self.model.step, self.model.data)
        columns = {}
        for key, term in terms.items():
            items = term if isinstance(term, tuple) else (term,)
            columns[key] = np.concatenate(
                [np.atleast_1d(np.asarray(evaluate_term(i, evaluator, key), np.float64)) for i in items]
            )
        neuron, time = np.broadcast_arrays(columns["i"], columns["t"])
        if target.where is not None:
            term = parse_term(str(target.where), self.model.place(*path, "where"))
            kept = np.broadcast_to(np.asarray(evaluate_term(term, evaluator, "where"), np.bool_), neuron.shape)
            neuron, time = neuron[kept], time[kept]
        moment = terms["t"][0] if isinstance(terms["t"], tuple) else terms["t"]
        step = to_steps(np.asarray(time, np.float64), self.model.step, None, moment, "a spike time")
        inside = (step > first) & (step <= last)
        return _codes(step[inside], neuron[inside].astype(np.int64))

    def _number(self, text: Any, key: str, rows: Mapping[str, Any]) -> Any:
        term = parse_term(str(text), self.model.place("expect", self.name, key))
        evaluator = Evaluator(model_names(self.model, rows, None), self.model.step, self.model.data)
        return np.asarray(evaluate_term(term, evaluator, key), np.float64)

    def _compare(
        self, found: NDArray[np.float64], what: str, unit: str, factor: float, rows: Mapping[str, Any] | None = None
    ) -> tuple[bool, str, str]:
        """Compare measured values, in internal units, with every bound that is given; all must hold."""
        spec, scope = self.spec, rows or {}
        met = []
        if spec.between is not None:
            low, high = (self._number(text, "between", scope) for text in spec.between)
            met.append((found >= low) & (found <= high))
        if spec.near is not None:
            within = self._number(spec.within, "within", scope) if spec.within is not None else 0.0
            met.append(np.abs(found - self._number(spec.near, "near", scope)) <= within)
        if spec.equals is not None and spec.equals.value is not None:
            within = self._number(spec.within, "within", scope) if spec.within is not None else 0.0
            met.append(np.abs(found - self._number(spec.equals.value, "equals", scope)) <= within)
        if spec.at_least is not None:
            met.append(found >= self._number(spec.at_least, "at_least", scope))
        if spec.at_most is not None:
            met.append(found <= self._number(spec.at_most, "at_most", scope))
        if not met:
            raise ModelError(
                self.place.problem("key-missing", f"expectation {self.name!r} says no value", "between, near, equals ..")
            )
        passed = bool(all(np.all(item) for item in met))
        return passed, self._wanted_text(), f"{what} {_range(found / factor, unit)}"

    def _wanted_text(self) -> str:
        spec = self.spec
        parts = [f"{spec.between[0]} .. {spec.between[1]}"] if spec.between is not None else []
        parts += [f"{spec.near} +- {spec.within or 0}"] if spec.near is not None else []
        if spec.equals is not None:
            parts.append(f"{spec.equals.value}" if spec.equals.value is not None else "the listed spikes")
            parts += [f"within {spec.within}"] if spec.within is not None else []
        parts += [f"at least {spec.at_least}"] if spec.at_least is not None else []
        parts += [f"at most {spec.at_most}"] if spec.at_most is not None else []
        return ", ".join(parts)


def _codes(step: NDArray[np.int64], neuron: NDArray[Any]) -> NDArray[np.int64]:
    return np.asarray(step, np.int64) * 2**31 + np.asarray(neuron, np.int64)


def _range(values: NDArray[np.float64], unit: str) -> str:
    end = f" {unit}" if unit and unit != "1" else ""
    low, high = float(np.min(values)), float(np.max(values))
    return f"{low:.8g}{end}" if low == high else f"{low:.8g} .. {high:.8g}{end} ({values.size:,} values)"

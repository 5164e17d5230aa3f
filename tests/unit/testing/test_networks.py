"""Generated networks use what the language has; one that is wrong becomes as small as it can be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pytest

from snndsl.connect import CONNECT
from snndsl.schema.neuron import NeuronSpec, PartSpec
from snndsl.schema.observation import RecordSpec, StateRecordSpec, SynapseRecordSpec
from snndsl.schema.plasticity import RuleSpec
from snndsl.schema.population import PopulationSpec
from snndsl.schema.projection import ProjectionSpec
from snndsl.schema.stimulus import StimulusSpec
from snndsl.stimuli import STIMULI
from snndsl.stimuli.play import PlaySpec
from snndsl.testing.kinds import KINDS, RULES
from snndsl.testing.networks import GeneratedNetwork, drawn, networks, uses_of
from snndsl.testing.readers import readers
from snndsl.testing.smallest import smallest

NUMBER = 200
LEAST = 3
"""So often at least each thing is in the first 200 networks."""

WORDS = ("title", "references", "meanings", "example")
"""For people."""

ELSEWHERE = {
    "neurons": {"made_for", *WORDS},
    "parts": {"every", "require", *WORDS},
    "plasticity": {"require", *WORDS},
    "stimuli": {"round"},
    "record": {"counts"},
    "record of synapses": {"every", "where"},
}
"""Keys that no generated network has: they cannot be simulated yet, or change no bit of one trial."""

SPECS = {
    "neurons": NeuronSpec, "parts": PartSpec, "plasticity": RuleSpec, "populations": PopulationSpec,
    "projections": ProjectionSpec, "stimuli": StimulusSpec, "record": RecordSpec, "record of states": StateRecordSpec,
    "record of synapses": SynapseRecordSpec, "play": PlaySpec,
}  # fmt: skip


@cache
def generated() -> list[GeneratedNetwork]:
    return [*drawn(networks(), NUMBER), *drawn(readers(), 5)]


def _sections(network: GeneratedNetwork) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every mapping of a model with the name of what it is."""
    model = network.model()
    for section in ("neurons", "parts", "plasticity", "populations", "projections", "stimuli"):
        yield from ((section, item) for item in model.get(section, {}).values())
    yield "record", model["record"]
    yield from (("record of states", item) for item in model["record"]["states"].values())
    yield from (("record of synapses", item) for item in model["record"]["synapses"].values())
    for stimulus in model["stimuli"].values():
        yield from (("play", item) for item in stimulus.get("play", ()))


@cache
def found() -> Counter[str]:
    """Count the networks that have a thing, by its name."""
    counts: Counter[str] = Counter()
    for network in generated():
        things = {f"{what}: {key}" for what, item in _sections(network) for key in item}
        things |= {f"kind: {kind}" for kind in network.sections["neurons"]}
        things |= {f"rule: {rule}" for rule in network.sections["plasticity"]} | {f"step: {network.step}"}
        for projection in network.sections["projections"].values():
            connect = projection["connect"]
            things.add(f"connect: {connect if isinstance(connect, str) else next(iter(connect))}")
            things |= {"projection to a slice"} if "[" in projection["to"] else set()
            things |= {"wired by distance"} if "distance" in str(projection) else set()
            things |= {"projection to a group"} if projection["to"] in network.sections["groups"] else set()
            things |= {"plastic projection of a source"} if _learns(network, projection) else set()
            things |= {"several rules"} if len(uses_of(projection)) > 1 else set()
            things |= {f"plastic, dendritic {projection['delay']['dendritic']}"} if "plasticity" in projection else set()
        for stimulus in network.sections["stimuli"].values():
            late = stimulus.get("delay", "1 step") != "1 step"
            things |= {f"late: {kind}" for kind in STIMULI if kind in stimulus and late}
            things |= {"forced spikes"} if stimulus.get("port") == "spike" else set()
        things |= {"carried"} if "carried" in network.sections["projections"] else set()
        things |= {"signals"} if "signals" in network.sections else set()
        counts.update(things)
    return counts


def _learns(network: GeneratedNetwork, projection: dict[str, Any]) -> bool:
    return "plasticity" in projection and projection["from"] in network.sections["stimuli"]


@pytest.mark.parametrize("what", SPECS)
def test_every_key_is_used(what: str) -> None:
    """Or named above; a new key of the language is missed here."""
    keys = {field.alias or name for name, field in SPECS[what].model_fields.items()} - ELSEWHERE.get(what, set())
    assert {key: found()[f"{what}: {key}"] for key in sorted(keys) if found()[f"{what}: {key}"] < LEAST} == {}


@pytest.mark.parametrize(("what", "key"), [(what, key) for what, keys in ELSEWHERE.items() for key in sorted(keys)])
def test_what_no_network_has_is_a_key_that_no_network_has(what: str, key: str) -> None:
    """A key that the generator has learned is no longer named above, nor is one that the language has lost."""
    assert key in {field.alias or name for name, field in SPECS[what].model_fields.items()}
    assert found()[f"{what}: {key}"] < LEAST


@pytest.mark.parametrize(
    "thing",
    [
        *(f"kind: {kind}" for kind in KINDS), *(f"rule: {rule}" for rule in RULES),
        *(f"connect: {rule}" for rule in CONNECT),
        *(f"step: {step}" for step in ("0.1 ms", "0.25 ms", "1 ms")), "late: poisson", "late: one_of", "late: spikes",
        "plastic, dendritic 0 step", "plastic, dendritic 1 step", "plastic, dendritic 2 step", "projection to a slice",
        "projection to a group", "wired by distance", "plastic projection of a source", "forced spikes", "several rules",
        "rule: reading", "signals", "carried",
    ],
)  # fmt: skip
def test_everything_is_there_some_times(thing: str) -> None:
    assert found()[thing] >= LEAST


def test_rules_are_with_a_bound_and_without() -> None:
    assert {"bound" in rule for rule in RULES.values()} == {True, False}


def test_what_is_drawn_is_the_same_every_time() -> None:
    assert drawn(networks(), 5) == drawn(networks(), 5)


def test_the_smallest_wrong_network_has_nothing_that_it_can_lack() -> None:
    """Wrong is here: a projection that learns by traces; so its two neurons, its rule and a stimulus or none are left."""

    def wrong(several: Sequence[GeneratedNetwork]) -> bool:
        return any(
            use["use"] == "traced"
            for network in several
            for projection in network.sections["projections"].values()
            for use in uses_of(projection)
        )

    several = generated()[:40]
    network = smallest(several, wrong, lambda network: "p0" in network.sections["populations"], tries=200)
    assert wrong([network]) and len(network.sections["projections"]) == 1 and not network.sections["stimuli"]
    assert network.steps <= 20

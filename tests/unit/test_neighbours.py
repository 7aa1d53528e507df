"""Every single change of a mapping is legal where it says so, and the best of them is the best."""

from dataclasses import replace

import pytest

from accelsim.errors import MappingError
from accelsim.mapper.legality import checked
from accelsim.mapping import Loop, Mapping
from accelsim.neighbours import best_neighbour, changes, costed_changes, figures, tidied
from accelsim.operator_cost import operator_cost
from accelsim.operator_map import map_operator
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window
from tests.oracles.deep_accelerator import deep_accelerator
from tests.oracles.small_accelerator import small_accelerator

MAPPING = Mapping(
    dataflow="mine",
    rows=(Loop("C", 4),),
    cols=(Loop("K", 4),),
    temporal=(Loop("S", 3), Loop("R", 3), Loop("P", 8), Loop("Q", 8), Loop("K", 2)),
    cuts={"output": (2, 5), "input": (2, 4), "weight": (2, 5)},
)


def conv():
    net = NetworkBuilder("net")
    image = net.input("image", (4, 8, 8))
    net.conv("conv", image, 8, window((3, 3), (1, 1), (1, 1, 1, 1), (1, 1)))
    return net.build().operators[0]


@pytest.fixture(scope="module")
def mapped():
    deep = deep_accelerator().replace({"operator_overhead.launch_cycles": 700})
    return map_operator(conv(), deep, mapping=MAPPING, neighbour=True)


@pytest.fixture(scope="module")
def folded():
    small = small_accelerator({"memory.levels.scratchpad.size": "2 KiB"})
    return map_operator(conv(), small, neighbour=True)


def costed(found):
    return costed_changes(found.nest, found.flow, found.mapping, found.launch_cycles)


def best(found, objective):
    return best_neighbour(
        found.nest, found.flow, found.mapping, found.cost, objective, found.launch_cycles
    )


def test_tidied_mapping_costs_the_same(mapped):
    loops = (
        Loop("N", 1), Loop("S", 3), Loop("G", 1), Loop("R", 3), Loop("P", 2), Loop("C", 1),
        Loop("P", 4), Loop("Q", 8), Loop("K", 2), Loop("Q", 1),
    )  # fmt: skip
    cuts = {"output": (4, 10), "input": (3 + 1, 8), "weight": (4, 9)}
    untidy = replace(MAPPING, rows=(*MAPPING.rows, Loop("R", 1)), temporal=loops, cuts=cuts)
    assert tidied(untidy) == MAPPING
    cost = operator_cost(mapped.nest, mapped.flow, untidy, 700)
    assert figures(cost) == figures(mapped.cost)


def test_tidied_mapping_keeps_loops_apart_where_a_cut_is_between():
    parted = replace(
        MAPPING,
        temporal=(
            Loop("S", 3),
            Loop("R", 3),
            Loop("P", 2),
            Loop("P", 4),
            Loop("Q", 8),
            Loop("K", 2),
        ),
        cuts={"output": (2, 6), "input": (3, 5), "weight": (2, 6)},
    )
    assert tidied(parted) == parted


def test_swaps_and_cuts_are_all_that_there_are(mapped):
    words = [change.words for change in changes(mapped.nest, mapped.flow, MAPPING)]
    assert [text for text in words if text.startswith("loops ")] == [
        "loops S 3 and R 3 change places",
        "loops R 3 and P 8 change places",
        "loops P 8 and Q 8 change places",
        "loops Q 8 and K 2 change places",
    ]
    inward, outward = "tile takes in one loop less at", "tile takes in one loop more at"
    assert [text for text in words if "tile takes" in text or "bypass" in text] == [
        f"output {inward} psum_spad",
        f"output {outward} psum_spad",
        f"output {inward} glb",
        f"input {inward} input_spad",
        f"input {outward} input_spad",
        f"input {inward} glb",
        f"input {outward} glb",
        f"weight {inward} weight_spad",
        f"weight {outward} weight_spad",
        f"weight {inward} glb",
        "weight bypasses glb",
    ]


def test_bypassed_level_may_be_taken_again(mapped):
    passed = replace(MAPPING, cuts={**MAPPING.cuts, "weight": (2, None)})
    taken = [
        change.mapping.cuts["weight"]
        for change in changes(mapped.nest, mapped.flow, passed)
        if change.words == "weight rests at glb"
    ]
    assert taken == [(2, 2)]


def test_factor_moves_between_axes_loops_and_tiles(mapped):
    found = [
        change.mapping
        for change in changes(mapped.nest, mapped.flow, MAPPING)
        if change.words.startswith("factor 2 of loop K 2 moves")
    ]
    onto_columns = [mapping for mapping in found if mapping.cols == (Loop("K", 8),)]
    assert [tidied(mapping).temporal for mapping in onto_columns] == [MAPPING.temporal[:4]]
    innermost = [mapping for mapping in found if mapping.temporal[0] == Loop("K", 2)]
    assert [mapping.cuts["output"] for mapping in innermost] == [(3, 6)]
    at_the_border = [mapping.cuts for mapping in found if mapping.temporal[2] == Loop("K", 2)]
    assert [cuts["output"][0] for cuts in at_the_border] == [2, 3]


def test_outermost_loop_shrinks_to_what_is_left(mapped):
    ragged = replace(
        MAPPING,
        temporal=(
            Loop("S", 3),
            Loop("R", 3),
            Loop("P", 5),
            Loop("Q", 8),
            Loop("P", 2),
            Loop("K", 2),
        ),
        cuts={"output": (2, 6), "input": (2, 6), "weight": (2, 6)},
    )
    found = [
        change.mapping
        for change in changes(mapped.nest, mapped.flow, ragged)
        if change.words == "factor 2 of loop P 2 moves inside loop S 3"
    ]
    # P 2 inside, P 5 above it: 10 for 8, so the last loop over P takes 4
    assert [tidied(mapping).temporal[3] for mapping in found] == [Loop("P", 4)]


@pytest.mark.parametrize("which", ["mapped", "folded"])
def test_costed_changes_are_legal_different_and_priced_as_given_ones(which, request):
    found = request.getfixturevalue(which)
    seen = set()
    for change, cost in costed(found):
        checked(found.operator, found.nest, found.hardware, change.mapping)
        again = map_operator(found.operator, found.hardware, mapping=change.mapping)
        assert figures(again.cost) == figures(cost)
        seen.add(repr(change.mapping))
    assert len(seen) == found.neighbour.costed
    assert repr(tidied(found.mapping)) not in seen


@pytest.mark.parametrize("which", ["mapped", "folded"])
def test_changes_that_are_not_costed_are_refused(which, request):
    found = request.getfixturevalue(which)
    kept = {repr(change.mapping) for change, _ in costed(found)}
    kept.add(repr(tidied(found.mapping)))
    refused = 0
    for change in changes(found.nest, found.flow, tidied(found.mapping)):
        mapping = tidied(change.mapping)
        if repr(mapping) not in kept:
            refused += 1
            with pytest.raises(MappingError):
                checked(found.operator, found.nest, found.hardware, mapping)
    assert refused


@pytest.mark.parametrize("objective", ["cycles", "energy", "edp", "dram_bytes"])
def test_best_neighbour_is_the_least_of_those_of_another_cost(mapped, objective):
    def value(cost):
        return {
            "cycles": cost.cycles,
            "energy": cost.energy_pj,
            "edp": cost.energy_pj * cost.cycles,
            "dram_bytes": cost.dram_bytes,
        }[objective]

    near = best(mapped, objective)
    costs = [cost for _, cost in costed(mapped)]
    others = [cost for cost in costs if figures(cost) != figures(mapped.cost)]
    assert value(near.cost) == min(value(cost) for cost in others)
    assert (near.costed, near.alike) == (len(costs), len(costs) - len(others))


def test_neighbour_is_looked_for_only_when_asked_for(mapped):
    assert map_operator(conv(), deep_accelerator(), mapping=MAPPING).neighbour is None
    assert mapped.neighbour is not None


def test_mapping_of_many_steps_has_no_neighbour(mapped, monkeypatch):
    monkeypatch.setattr("accelsim.neighbours.STEP_LIMIT", len(mapped.cost.program) - 1)
    assert best(mapped, "edp") is None

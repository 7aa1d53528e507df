"""Cycles that steps hold ports: by hand, and as the bank stalls of any operator say."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.mapping import Loop, Mapping
from accelsim.schedule.kernels import Column
from accelsim.schedule.port_program import port_program
from accelsim.schedule.program import planned, step_program
from tests.oracles.cases import mappings, nests, targets
from tests.unit.schedule.test_program import CONV, TARGET, ws_mapping


def held(nest, mapping, target):
    """(step program, cycles at the ports of each step)."""
    plan = planned(nest, mapping, target)
    program = step_program(nest, target, plan)
    return program, port_program(nest, target, plan, program)


def with_ports(*port_bytes):
    return TARGET._replace(hierarchy=TARGET.hierarchy._replace(port_bytes=port_bytes))


def test_port_program_one_step_of_five_row_folds():
    """As in test_program: 4 * 24 wide writes and 24 narrow ones; 18 * 6 inputs, 18 * 4 weights."""
    mapping = ws_mapping(2)
    assert held(CONV, mapping, with_ports(7, 10))[1].tolist() == [[26, 41]]  # 180 / 7, 408 / 10
    assert held(CONV, mapping, with_ports(1000, 1000))[1].tolist() == [[1, 1]]


def test_port_program_as_wide_as_asked_is_never_held():
    assert held(CONV, ws_mapping(1), with_ports(0, 10))[1].tolist() == [[0, 29], [0, 22]]


def test_port_program_of_loops_counts_what_the_pes_read():
    """One PE: each of the 432 MACs reads an input and a weight and, to add, a sum of 4 B."""
    loops = [Loop(dim, getattr(CONV, dim)) for dim in "KCPQRS"]
    mapping = Mapping(
        dataflow="any",
        temporal=tuple(loops),
        cuts=dict.fromkeys(("output", "input", "weight"), (6,)),
    )
    ((read, written),) = held(CONV, mapping, with_ports(5, 4))[1].tolist()
    # K innermost: an input is read once for its 4 filters
    assert (read, written) == (-(-(432 // 4 + 432 + 432 * 4) // 5), 432)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_port_program_busiest_port_is_what_bank_stalls_exceed(data):
    nest = data.draw(nests(vector=data.draw(st.booleans())))
    target = data.draw(targets())
    program, ports = held(nest, data.draw(mappings(nest)), target)
    assert ports.shape == (len(program), len(target.hierarchy.port_bytes))
    own = program[:, Column.COMPUTE] + program[:, Column.FILL_DRAIN]
    stalls = np.maximum(ports.max(axis=1) - own, 0)
    assert program[:, Column.BANK].tolist() == stalls.tolist()

"""Step programs equal a walk that keeps sets of elements."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.schedule.kernels import Column
from accelsim.schedule.program import planned, step_program
from tests.oracles import loop_nest
from tests.oracles.cases import mappings, nests, targets


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_step_program_any_mapping_equals_element_walk(data):
    nest = data.draw(nests(vector=data.draw(st.booleans())))
    target, mapping = data.draw(targets()), data.draw(mappings(nest))
    program = step_program(nest, target, planned(nest, mapping, target))
    expected = loop_nest.steps(nest, mapping, target.machine.halo_keep)
    assert program[:, Column.PSUM_LOAD].tolist() == [step.psum_load for step in expected]
    assert program[:, Column.INPUT_LOAD].tolist() == [step.input_load for step in expected]
    assert program[:, Column.WEIGHT_LOAD].tolist() == [step.weight_load for step in expected]
    assert program[:, Column.STORE].tolist() == [step.store for step in expected]
    waits = [step.waits_for_store for step in expected]
    assert program[:, Column.WAITS_FOR_STORE].tolist() == waits
    if not nest.vector_ops:
        assert program[:, Column.MACS].tolist() == [step.macs for step in expected]

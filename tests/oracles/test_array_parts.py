"""What the array does in a step equals a walk of its parts, folds and sums."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accelsim.schedule.kernels import Column
from accelsim.schedule.program import planned, step_program
from tests.oracles.array_parts import steps_on_array
from tests.oracles.cases import grouped_nests, mappings, nests, targets


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_array_in_any_mapping_equals_the_walk_of_its_parts(data):
    nest = data.draw(st.one_of(nests(), grouped_nests()))
    target, mapping = data.draw(targets()), data.draw(mappings(nest))
    assume(mapping.dataflow != "streaming")
    program = step_program(nest, target, planned(nest, mapping, target))
    expected = steps_on_array(nest, mapping, target.spec)
    busy = program[:, Column.COMPUTE] + program[:, Column.FILL_DRAIN]
    assert busy.tolist() == [step.cycles for step in expected]
    assert program[:, Column.COMPUTE].tolist() == [step.compute_cycles for step in expected]
    wide, narrow = nest.accumulator_bits, nest.output_bits
    for column, sizes in (
        (Column.EDGE_INPUT, [nbytes(step.input_words, nest.input_bits) for step in expected]),
        (Column.EDGE_WEIGHT, [nbytes(step.weight_words, nest.weight_bits) for step in expected]),
        (Column.EDGE_SUM_READ, [nbytes(step.sums_read, wide) for step in expected]),
        (
            Column.EDGE_SUM_WRITE,
            [
                nbytes(step.sums_written - step.finished, wide) + nbytes(step.finished, narrow)
                for step in expected
            ],
        ),
    ):
        assert program[:, column].tolist() == sizes, column.name


def nbytes(words, bits):
    """Whole bytes of packed words."""
    return -(-words * bits // 8)

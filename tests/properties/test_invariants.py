"""What must hold for any operator on any machine."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accelsim.errors import MappingError
from accelsim.fastsim.recurrence import timeline
from accelsim.mapper.search import Prices, Question, find_mapping
from accelsim.schedule.kernels import Column
from accelsim.schedule.nest import compulsory_bytes
from accelsim.schedule.program import step_program, traffic_of
from tests.oracles.cases import array_specs, machines, nests

PRICES = Prices((1.0, 1.0, 1.0), 0.1, 0.1, 5.0, 0.01)


def best(nest, machine, spec, objective="cycles"):
    """(timeline, program) of the best mapping, or None where nothing fits."""
    question = Question(nest, machine, spec, ("ws", "os", "is"), PRICES, objective)
    try:
        found = find_mapping(question)
    except MappingError:
        return None
    assert found.optimal
    program = step_program(nest, machine, spec, found.tiled)
    return timeline(program, machine), program


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_best_mapping_conserves_macs_and_moves_what_is_compulsory(data):
    nest = data.draw(nests(vector=data.draw(st.booleans())))
    machine, spec = data.draw(machines()), data.draw(array_specs())
    result = best(nest, machine, spec, data.draw(st.sampled_from(["cycles", "dram_bytes", "edp"])))
    assume(result is not None)
    line, program = result
    macs = nest.N * nest.G * nest.K * nest.C * nest.P * nest.Q * nest.R * nest.S
    assert program[:, Column.MACS].sum() == (0 if nest.vector_ops else macs)
    traffic = traffic_of(program, machine.burst_bytes)
    assert traffic.dram_payload_bytes >= compulsory_bytes(nest)
    assert traffic.dram_read_bytes + traffic.dram_write_bytes >= traffic.dram_payload_bytes
    assert traffic.dram_read_bytes % machine.burst_bytes == 0
    assert line.cycles >= line.channel_cycles
    if not nest.vector_ops:
        assert macs <= spec.rows * spec.cols * line.compute_cycles


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_more_bandwidth_never_slower(data):
    nest = data.draw(nests())
    machine, spec = data.draw(machines()), data.draw(array_specs())
    wider = machine._replace(bandwidth=machine.bandwidth + data.draw(st.integers(1, 40)))
    slow, fast = best(nest, machine, spec), best(nest, wider, spec)
    assume(slow is not None)
    assert fast[0].cycles <= slow[0].cycles


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_larger_buffer_never_slower_and_never_more_traffic(data):
    nest = data.draw(nests())
    machine, spec = data.draw(machines()), data.draw(array_specs())
    more = data.draw(st.integers(1, 4000))
    larger = machine._replace(
        capacity=machine.capacity + more,
        input_capacity=machine.input_capacity + more,
        weight_capacity=machine.weight_capacity + more,
        output_capacity=machine.output_capacity + more,
    )
    small = best(nest, machine, spec)
    assume(small is not None)
    assert best(nest, larger, spec)[0].cycles <= small[0].cycles
    least = best(nest, machine, spec, "dram_bytes")[1]
    with_more = best(nest, larger, spec, "dram_bytes")[1]
    burst = machine.burst_bytes
    assert sum(traffic_of(with_more, burst)[:2]) <= sum(traffic_of(least, burst)[:2])

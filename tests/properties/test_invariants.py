"""What must hold for any operator on any machine."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accelsim.errors import MappingError
from accelsim.fastsim.recurrence import timeline
from accelsim.mapper.finding import Question
from accelsim.mapper.search import OBJECTIVES, find_mapping
from accelsim.schedule.kernels import Column
from accelsim.schedule.nest import compulsory_bytes
from accelsim.schedule.program import step_program, traffic_of
from tests.oracles.cases import enlarged, flows_on, nests, targets


def best(nest, target, objective="cycles"):
    """(timeline, program, dataflow) of the best mapping, or None where nothing fits."""
    try:
        found = find_mapping(Question(nest, flows_on(target, nest), objective))
    except MappingError:
        return None
    assert found.optimal
    program = step_program(nest, target, found.plan)
    return timeline(program, target.machine), program, found.flow.name


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_best_mapping_conserves_macs_and_moves_what_is_compulsory(data):
    nest = data.draw(nests(vector=data.draw(st.booleans())))
    target = data.draw(targets())
    machine, spec = target.machine, target.spec
    result = best(nest, target, data.draw(st.sampled_from(sorted(OBJECTIVES))))
    assume(result is not None)
    line, program, dataflow = result
    macs = nest.N * nest.G * nest.K * nest.C * nest.P * nest.Q * nest.R * nest.S
    assert program[:, Column.MACS].sum() == (0 if nest.vector_ops else macs)
    traffic = traffic_of(program, machine.burst_bytes)
    assert traffic.dram_payload_bytes >= compulsory_bytes(nest)
    assert traffic.dram_read_bytes + traffic.dram_write_bytes >= traffic.dram_payload_bytes
    assert traffic.dram_read_bytes % machine.burst_bytes == 0
    assert line.cycles >= line.channel_cycles
    if not nest.vector_ops:
        engines = spec.planes if dataflow == "streaming" else 1
        assert macs <= spec.rows * spec.cols * engines * line.compute_cycles


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_more_bandwidth_never_slower(data):
    nest = data.draw(nests())
    target = data.draw(targets())
    more = target.machine.bandwidth + data.draw(st.integers(1, 40))
    wider = target._replace(machine=target.machine._replace(bandwidth=more))
    slow, fast = best(nest, target), best(nest, wider)
    assume(slow is not None)
    assert fast[0].cycles <= slow[0].cycles


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_larger_buffer_never_slower_and_never_more_traffic(data):
    nest = data.draw(nests())
    target = data.draw(targets())
    larger = enlarged(target, data.draw(st.integers(1, 4000)))
    small = best(nest, target)
    assume(small is not None)
    assert best(nest, larger)[0].cycles <= small[0].cycles
    least = best(nest, target, "dram_bytes")[1]
    with_more = best(nest, larger, "dram_bytes")[1]
    burst = target.machine.burst_bytes
    assert sum(traffic_of(with_more, burst)[:2]) <= sum(traffic_of(least, burst)[:2])

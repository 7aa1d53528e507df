"""What the kernels say of a tile on window engines, against every pass walked in turn."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.kernel_engines import EngineRow, layer_work
from accelsim.schedule.array_kernels import streaming_work
from accelsim.workload.dims import ConvDims
from tests.oracles.cases import array_specs, nests
from tests.oracles.window_passes import walk


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_streaming_work_any_tile_is_that_of_its_passes(data):
    nest, spec = data.draw(nests()), data.draw(array_specs())
    tile = [data.draw(st.integers(1, bound)) for bound in nest[:6]] + [nest.R, nest.S]
    timing, words = streaming_work(nest, spec, np.array(tile, dtype=np.int64))
    cycles, entered, passes, moved = walk(nest, spec, tile)
    assert tuple(timing) == (cycles, entered, passes)
    assert tuple(words) == moved


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_layer_work_is_what_the_kernels_say_of_a_whole_layer(data):
    nest, spec = data.draw(nests()), data.draw(array_specs())
    row = EngineRow(spec.rows, engines=spec.planes, registered_tree=data.draw(st.booleans()))
    taps = row.window**2
    spec = spec._replace(
        cols=row.window,
        overlap=0,
        latency=3 + ((taps - 1).bit_length() if row.registered_tree else 0),
    )
    timing, words = streaming_work(nest, spec, np.array(nest[:8], dtype=np.int64))
    layer = ConvDims(**{name: getattr(nest, name) for name in ConvDims.__dataclass_fields__})
    work = layer_work(layer, row)
    assert (work.passes, work.cycles) == (timing.folds, timing.cycles)
    assert work.partial_sums == words.output_reads

"""Slow truth for bank conflicts: every vector of every fold of every tile, element by element.

Nothing here shares code with accelsim.schedule: addresses come from listing a tile's elements in
the order of its layout, vectors from the matrix product that docs/model.md, section 2, describes.
"""

from __future__ import annotations

from collections import Counter
from itertools import product
from math import prod

from tests.oracles.array_parts import LAID
from tests.oracles.loop_nest import DIMS, ranges_at, tile_elements


def step_conflicts(nest, mapping, spec, banks):
    """Conflict cycles of every step, in execution order."""
    bounds = dict(zip(DIMS, nest[:8], strict=True))
    lowest = min(cuts[-1] for cuts in mapping.cuts.values())
    innermost = min(cuts[0] for cuts in mapping.cuts.values())
    outward = range(len(mapping.temporal) - 1, innermost - 1, -1)
    conflicts = {}
    for turn in product(*(range(mapping.temporal[place].factor) for place in outward)):
        index = dict(zip(outward, turn, strict=True))
        part = ranges_at(mapping, bounds, index, innermost)
        if any(len(span) == 0 for span in part.values()):
            continue
        step = tuple(index[place] for place in outward if place >= lowest)
        tile = ranges_at(mapping, bounds, index, mapping.cuts["input"][0])
        words = words_of(nest, banks, tile_elements(nest, "input", tile))
        cycles = sum(
            vector_cycles(vector, words, banks) - 1
            for laid in on_array(mapping, part)
            for vector in vectors(mapping.dataflow, nest, spec, laid)
        )
        conflicts[step] = conflicts.get(step, 0) + cycles
    return list(conflicts.values())


def on_array(mapping, part):
    """Ranges that the array works on at a time: of dimensions on its axes what lies there."""
    pieces = []
    for dim in DIMS:
        size = len(part[dim])
        if dim in LAID[mapping.dataflow]:
            size = prod(loop.factor for loop in mapping.spatial if loop.dim == dim)
        pieces.append(chunks(part[dim], size))
    return [dict(zip(DIMS, ranges, strict=True)) for ranges in product(*pieces)]


def words_of(nest, banks, elements):
    """Element (image, group, channel, row, column) of a tile -> the word that it lies in."""
    in_word = banks.word_bits // nest.input_bits

    def outermost_first(element):
        image, group, channel, row, column = element
        along = ((group, channel), row, column)
        return image, *(along[axis] for axis in reversed(banks.order))

    ordered = sorted(elements, key=outermost_first)
    return {element: number // in_word for number, element in enumerate(ordered)}


def vector_cycles(vector, words, banks):
    """Cycles until the banks have served all words of a vector, at least one."""
    wanted = {words[element] for element in vector if element in words}
    busy = Counter(word % banks.number for word in wanted)
    return max((-(-count // banks.ports) for count in busy.values()), default=1)


def vectors(dataflow, nest, spec, part):
    """Every vector of inputs that the array reads for one tile, as lists of elements.

    An element in the padding has a place outside the map.
    """
    pixels = list(product(part["N"], part["P"], part["Q"]))
    taps = list(product(part["R"], part["S"], part["C"]))
    filters = -(-len(part["K"]) // spec.cols)
    if dataflow == "ws":
        for pack in packs(spec, part, len(taps)):
            rows = [(group, tap) for group in pack for tap in taps]
            for fold in chunks(rows, spec.rows):
                for pixel in pixels * filters:
                    yield [element(nest, group, pixel, tap) for group, tap in fold]
        return
    size, times = (spec.cols, 1) if dataflow == "is" else (spec.rows, filters)
    for group in part["G"]:
        for fold in chunks(pixels, size):
            for tap in taps * times:
                yield [element(nest, group, pixel, tap) for pixel in fold]


def packs(spec, part, taps):
    """Groups that share a fold: as many as have all their taps and filters on the array."""
    together = 1
    if spec.packing:
        while (together + 1) * taps <= spec.rows and (together + 1) * len(part["K"]) <= spec.cols:
            together += 1
    return chunks(list(part["G"]), together)


def chunks(items, size):
    """Lists of so many items, the last one what is left."""
    return [items[first : first + size] for first in range(0, len(items), size)]


def element(nest, group, pixel, tap):
    """The input that one tap meets at one output pixel."""
    (image, p, q), (r, s, channel) = pixel, tap
    row = p * nest.stride_h + r * nest.dilation_h - nest.pad_top
    column = q * nest.stride_w + s * nest.dilation_w - nest.pad_left
    return image, group, channel, row, column

"""What window engines do with one tile, pass by pass: cycles, and words at the buffer.

Written as loops over everything that the engines go through, without any closed form.
"""

from __future__ import annotations


def walk(nest, spec, tile):
    """(cycles, cycles in which a pixel enters, passes, words: inputs, weights, sums out and in).

    tile: lengths of N G K C P Q R S. One result per cycle and engine; engines take filters of one
    group, and of further groups while there are engines left for all filters of another.
    """
    n, g, k, c, p, q, r, s = tile
    high, down = streamed(
        p, nest.P, r, nest.stride_h, nest.dilation_h, nest.pad_top, nest.H, spec.rows
    )
    wide, across = streamed(
        q, nest.Q, s, nest.stride_w, nest.dilation_w, nest.pad_left, nest.W, spec.cols
    )
    fill = sum(wide for _ in range(spec.rows // 2)) + spec.cols // 2 + spec.latency
    cycles = entered = passes = inputs = out = back = 0
    seen = set()
    for image in range(n):
        for engines in rounds(g, k, spec.planes):
            for _channel in range(c):
                for _ in range(down * across):
                    passes += 1
                    entered += high * wide
                    cycles += high * wide + (fill if spec.overlap == 0 else 0)
                    for _ in {group for group, _ in engines}:
                        inputs += min(high, nest.H) * min(wide, nest.W)
                    for group, filt in engines:
                        out += p * q
                        place = (image, group, filt)
                        back += p * q if place in seen else 0
                        seen.add(place)
    cycles += 0 if spec.overlap == 0 else fill
    return cycles, entered, passes, (inputs, g * k * c * r * s, out, back)


def rounds(groups, filters, engines):
    """Lists of (group, filter) that work side by side."""
    together = 1
    while (together + 1) * filters <= engines:
        together += 1
    for first in range(0, groups, together):
        members = range(first, min(first + together, groups))
        for start in range(0, filters, engines):
            ends = min(start + engines, filters)
            yield [(group, filt) for group in members for filt in range(start, ends)]


def streamed(length, outputs, taps, stride, dilation, pad, size, window):
    """(positions that a pass streams, passes) along one axis, from the places that taps read."""
    spread = [tap * dilation for tap in range(taps)]
    passes = len({place // window for place in range(spread[-1] + 1)})
    places = [out * stride - pad + tap for out in range(length) for tap in range(spread[-1] + 1)]
    before = max(-min(places), 0)
    behind = max(max(places) - (size - 1), 0)
    apart = (length - 1) * stride + 1
    inside = sum(1 for place in range(size) if place <= max(places))
    masks = max(before, behind) <= window // 2
    if length == outputs and passes == 1 and masks and inside >= apart:
        return inside, 1
    reach = min(spread[-1] + 1, window)
    return max(places) - min(places) + 1 - (spread[-1] + 1 - reach), passes

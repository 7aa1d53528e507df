"""A streaming window engine, pixel by pixel and register by register, with the results it gives.

One pass: a pixel enters the window per cycle in raster order, rows above come from line buffers,
taps beyond the border are masked, products and the sum are registered, and after the last pixel
the engine flushes itself. Shares nothing with accelsim.
"""

from collections import deque

import numpy as np


def run(image, weights, *, tree_registers, flush=None):
    """(cycles, index of the first result's cycle, results {(row, column): sum}) of one pass.

    image int[H, W]; results stand for every centre of the window inside the image. Cycles count
    from the first pixel on the port to the last result on the port, both included.
    """
    rows, cols = weights.shape
    height, width = image.shape
    centre_row, centre_col = rows // 2, cols // 2
    lag = centre_row * width + centre_col
    history = deque(maxlen=(rows - 1) * width + cols)  # window and line buffers, newest first
    pipeline = deque([None] * (2 + tree_registers))  # product, tree levels, output register
    results, first, cycle = {}, None, 0
    window = None
    while len(results) < height * width:
        # registers clock: the output port shows what left the tree
        shown = pipeline.pop()
        pipeline.appendleft(window)
        if shown is not None:
            place, value = shown
            results[place] = value
            first = cycle if first is None else first
            if len(results) == height * width:
                break
        entering = image[divmod(cycle, width)] if cycle < height * width else 0
        history.appendleft(entering)
        window = None
        centre = cycle - lag
        if 0 <= centre < height * width:
            window = (divmod(centre, width), _sum_of(history, weights, centre, height, width))
        cycle += 1
    return cycle + 1, first, results


def _sum_of(history, weights, centre, height, width):
    """Sum of the window around a centre, from what the line buffers hold."""
    rows, cols = weights.shape
    row, column = divmod(centre, width)
    total = 0
    for r in range(rows):
        for s in range(cols):
            above, left = row + r - rows // 2, column + s - cols // 2
            if 0 <= above < height and 0 <= left < width:
                delay = (rows // 2 - r) * width + (cols // 2 - s)
                back = (rows // 2) * width + cols // 2 + delay
                total += int(history[back]) * int(weights[r, s])
    return total


def same_convolution(image, weights):
    """Sums around every pixel, zeros beyond the border: numpy, shifted images."""
    rows, cols = weights.shape
    padded = np.pad(image, ((rows // 2, rows - 1 - rows // 2), (cols // 2, cols - 1 - cols // 2)))
    height, width = image.shape
    return sum(
        padded[r : r + height, s : s + width] * weights[r, s]
        for r in range(rows)
        for s in range(cols)
    )

"""NetworkBuilder: writes a network down operator by operator and infers every shape.

Definitions, files and importers all go through here, so a layer that does not fit its
predecessors is refused in one place, and batch-norm and activation are fused in one (`fusion`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from accelsim.errors import WorkloadError, suggestion
from accelsim.workload.draft import Draft, ends, part_names
from accelsim.workload.fusion import BATCH_NORM, LEARNABLES_PER_CHANNEL
from accelsim.workload.operators import (
    ACTIVATIONS,
    Concat,
    Conv,
    Elementwise,
    Linear,
    MatMul,
    Move,
    Norm,
    Pool,
    Shape,
    Softmax,
    elements,
)
from accelsim.workload.shapes import (
    joined,
    multiplied,
    padded,
    parted,
    product,
    summed,
    transposed_walk,
    walked,
)
from accelsim.workload.window import Padding, Pair, Window, as_sides


class NetworkBuilder(Draft):
    """Appends operators; every method takes and returns the names of tensors.

    An operator's output is named like the operator, the parts of a split `<name>.0` and so on.
    """

    def conv(
        self,
        name: str,
        x: str,
        channels: int,
        window: Window,
        *,
        groups: int = 1,
        bias: bool = False,
    ) -> str:
        """2-D convolution to `channels` output channels; depthwise when groups = channels."""
        (tensor,) = self.read(name, x)
        output = (channels, *walked(name, tensor, window))
        return self.append(
            Conv(
                **ends(name, (tensor,), output),
                window=window.kernel,
                step=window.stride,
                padding=window.padding,
                dilation=window.dilation,
                channel_groups=groups,
                bias=bias,
            )
        )

    def conv_transpose(
        self,
        name: str,
        x: str,
        channels: int,
        window: Window,
        *,
        groups: int = 1,
        bias: bool = False,
    ) -> str:
        """Transposed convolution as the convolution that it equals.

        `<name>.zeros` puts stride - 1 zeros between neighbouring pixels, and a convolution of
        stride 1 follows, whose MACs include those with the zeros. `window` is that of the
        transposed one: output = (input - 1)*stride - padding + dilation*(kernel - 1) + 1; an
        output padding is taken off the padding at the bottom and right, which may become negative.
        Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning, chapter 4.
        """
        (tensor,) = self.read(name, x)
        size, walk = transposed_walk(name, tensor, window)
        if size != tensor.shape[1:]:
            x = self.upsample(f"{name}.zeros", x, size)
        return self.conv(name, x, channels, walk, groups=groups, bias=bias)

    def linear(self, name: str, x: str, channels: int, *, bias: bool = True) -> str:
        """Matrix product to `channels` outputs, applied at every pixel."""
        (tensor,) = self.read(name, x)
        _, height, width = tensor.shape
        return self.append(Linear(**ends(name, (tensor,), (channels, height, width)), bias=bias))

    def pool(
        self,
        name: str,
        x: str,
        mode: Literal["max", "avg", "global"],
        window: Window | None = None,
        *,
        count_include_pad: bool = True,
        ceil: bool = False,
    ) -> str:
        """Maximum or average over a window, or the average of the whole map.

        `ceil` rounds the number of windows up instead of down, but drops one that would start in
        the padding after the map (as torchvision's ceil_mode). `count_include_pad` is kept where it
        means something: an average over padding.
        """
        (tensor,) = self.read(name, x)
        if (window is None) != (mode == "global"):
            raise WorkloadError(f"{name}: a max or avg pool needs a window, a global one has none")
        window = window or Window(kernel=tensor.shape[1:])
        if window.dilation != (1, 1):
            raise WorkloadError(f"{name}: dilation {window.dilation}: a pool cannot be dilated")
        output = (tensor.shape[0], *walked(name, tensor, window, ceil=ceil))
        return self.append(
            Pool(
                **ends(name, (tensor,), output),
                mode=mode,
                window=window.kernel,
                step=window.stride,
                padding=window.padding,
                count_include_pad=count_include_pad or mode != "avg" or not any(window.padding),
            )
        )

    def add(self, name: str, *tensors: str) -> str:
        """Sum of tensors of one shape; a term of height and width 1 is broadcast."""
        terms = self.read(name, *tensors)
        return self.append(Elementwise(**ends(name, terms, summed(name, terms)), function="add"))

    def mul(self, name: str, *tensors: str) -> str:
        """Product; a factor of height and width 1 (a gate) or of one channel is broadcast."""
        factors = self.read(name, *tensors)
        output = multiplied(name, factors)
        return self.append(Elementwise(**ends(name, factors, output), function="mul"))

    def scale(self, name: str, x: str, learnables: int | None = None) -> str:
        """Product with learned factors, one for each channel unless given (layer scale)."""
        return self._learned(name, x, "scale", learnables)

    def shift(self, name: str, x: str, learnables: int | None = None) -> str:
        """Sum with learned terms, one for each channel unless given (position embedding)."""
        return self._learned(name, x, "shift", learnables)

    def batch_norm(self, name: str, x: str) -> str:
        """Scale and shift of every channel; `build` folds it into the convolutions before it."""
        learnables = LEARNABLES_PER_CHANNEL * self._sizes(name, x)[0]
        return self._learned(name, x, BATCH_NORM, learnables)

    def norm(self, name: str, x: str, learnables: int | None = None) -> str:
        """Layer norm over the channels of every pixel; scale and shift of each unless given."""
        (tensor,) = self.read(name, x)
        if learnables is None:
            learnables = LEARNABLES_PER_CHANNEL * tensor.shape[0]
        return self.append(Norm(**ends(name, (tensor,), tensor.shape), learnables=learnables))

    def activation(self, name: str, x: str, function: str) -> str:
        """A non-linear function of every element; `build` fuses it with the operator before it."""
        (tensor,) = self.read(name, x)
        if function not in ACTIVATIONS:
            raise WorkloadError(
                f"{name}: activation '{function}' is unknown; allowed: "
                f"{', '.join(ACTIVATIONS)}{suggestion(function, ACTIVATIONS)}"
            )
        return self.append(Elementwise(**ends(name, (tensor,), tensor.shape), function=function))

    def concat(self, name: str, *tensors: str, along: str = "channels") -> str:
        """Tensors laid behind each other along the channels, rows or columns."""
        parts = self.read(name, *tensors)
        return self.append(Concat(**ends(name, parts, joined(name, parts, along)), along=along))

    def split(self, name: str, x: str, sections: Sequence[int]) -> tuple[str, ...]:
        """Consecutive channels as tensors of their own: `<name>.0`, `<name>.1` and so on."""
        (tensor,) = self.read(name, x)
        shapes = parted(name, tensor, sections)
        fields = ends(name, (tensor,), *shapes)
        fields["outputs"] = part_names(name, len(shapes))
        self.append(Move(**fields, function="split"))
        return fields["outputs"]

    def shuffle(self, name: str, x: str, groups: int) -> str:
        """Channels of `groups` groups interleaved: the first of each group, then the second, ..."""
        (tensor,) = self.read(name, x)
        fields = ends(name, (tensor,), tensor.shape)
        return self.append(Move(**fields, function="shuffle", channel_groups=groups))

    def flatten(self, name: str, x: str) -> str:
        """All elements as the channels of one pixel."""
        return self._moved(name, x, "flatten", (elements(self._sizes(name, x)), 1, 1))

    def reshape(self, name: str, x: str, shape: Shape) -> str:
        """The same elements in the same order as a map of another shape."""
        return self._moved(name, x, "reshape", shape)

    def transpose(self, name: str, x: str, shape: Shape | None = None) -> str:
        """The same elements in another order, as a map of `shape`, the same one unless given."""
        return self._moved(name, x, "transpose", shape or self._sizes(name, x))

    def slice(self, name: str, x: str, shape: Shape) -> str:
        """A part of the elements, as a map of `shape`."""
        return self._moved(name, x, "slice", shape)

    def pad(
        self, name: str, x: str, padding: Padding, *, channels: int = 0, learnables: int = 0
    ) -> str:
        """A map with more rows, columns and channels: zeros, or `learnables` learned elements."""
        (tensor,) = self.read(name, x)
        fields = ends(name, (tensor,), padded(name, tensor, as_sides(padding), channels))
        return self.append(Move(**fields, function="pad", learnables=learnables))

    def upsample(self, name: str, x: str, size: Pair) -> str:
        """A map of another height and width, by any rule (nearest, bilinear, zeros between)."""
        return self._moved(name, x, "upsample", (self._sizes(name, x)[0], *size))

    def repeat(self, name: str, x: str, shape: Shape) -> str:
        """A map copied along its sides until it has this shape."""
        return self._moved(name, x, "repeat", shape)

    def lookup(self, name: str, x: str, channels: int, learnables: int) -> str:
        """For every pixel the row of a learned table that it is the index of (embedding)."""
        (tensor,) = self.read(name, x)
        fields = ends(name, (tensor,), (channels, *tensor.shape[1:]))
        return self.append(Move(**fields, function="lookup", learnables=learnables))

    def softmax(self, name: str, x: str) -> str:
        """Exponentials over the channels divided by their sum."""
        (tensor,) = self.read(name, x)
        return self.append(Softmax(**ends(name, (tensor,), tensor.shape)))

    def matmul(self, name: str, a: str, b: str, *, heads: int = 1, transposed: bool = False) -> str:
        """Product of two tensors per head; pixels are rows (see `MatMul` for the shapes)."""
        left, right = self.read(name, a, b)
        sizes = product(name, (left, right), heads, transposed)
        output = (heads * sizes.columns, *left.shape[1:])
        return self.append(MatMul(**ends(name, (left, right), output), **sizes._asdict()))

    def _sizes(self, name: str, x: str) -> Shape:
        (tensor,) = self.read(name, x)
        return tensor.shape

    def _moved(self, name: str, x: str, function: str, shape: Shape) -> str:
        fields = ends(name, self.read(name, x), shape)
        return self.append(Move(**fields, function=function))

    def _learned(self, name: str, x: str, function: str, learnables: int | None) -> str:
        """A learned factor or term for every element that the output has, or for every channel."""
        (tensor,) = self.read(name, x)
        given = tensor.shape[0] if learnables is None else learnables
        fields = ends(name, (tensor,), tensor.shape)
        return self.append(Elementwise(**fields, function=function, learnables=given))

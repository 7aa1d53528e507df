"""What may follow the name of a network, as text and as values."""

from __future__ import annotations

import pytest

from accelsim.errors import UsageError
from accelsim.networks.parameters import VARIANTS, own_parameter, parsed

ALLOWED = {
    "alpha": own_parameter(1.0), "resolution": own_parameter(224), "padding": own_parameter("tf"),
    **{name: variant.parameter for name, variant in VARIANTS.items()},
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alpha=2", {"alpha": 2.0}),
        (" resolution = 96 , alpha=0.5", {"resolution": 96, "alpha": 0.5}),
        ("padding=symmetric", {"padding": "symmetric"}),
        ("kernel=5", {"kernel": 5}),
        ("kernels=3-5-7", {"kernels": [3, 5, 7]}),
        ("kernels=9", {"kernels": [9]}),
        ("residual=no,full_conv=yes", {"residual": False, "full_conv": True}),
    ],
)
def test_values_have_the_type_of_their_parameter_and_the_order_given(text, expected) -> None:
    values = parsed("net", ALLOWED, text)
    assert list(values.items()) == list(expected.items())
    assert [type(value) for value in values.values()] == [type(v) for v in expected.values()]


@pytest.mark.parametrize(
    "item",
    ["alpha=0", "alpha=-1", "alpha=nan", "alpha=inf", "alpha=x", "resolution=1.5", "resolution=0",
     "padding=", "kernel=", "kernels=3--5", "kernels=3-0", "residual=maybe", "full_conv=1"],
)  # fmt: skip
def test_value_outside_its_domain_is_refused_with_all_domains(item) -> None:
    with pytest.raises(UsageError) as refused:
        parsed("net", ALLOWED, item)
    message = str(refused.value)
    assert message.startswith(f"net: {item} is not possible; allowed: alpha (a number > 0, default")
    assert all(f"{name} ({parameter.domain})" in message for name, parameter in ALLOWED.items())

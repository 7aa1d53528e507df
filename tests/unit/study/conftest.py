"""A bench, and a study of one small size, one network and one accelerator, made once."""

import pytest

import accelsim as ac
from accelsim.study import kernel_costs, kernels, network_kernels
from accelsim.study.cases import KERNELS, TYPES, Case, Size
from accelsim.study.figures import Bench
from accelsim.study.kernels import KernelStudy, study_kernels

SMALL = Size(8, 24)
NETWORK = "mixnet_s:resolution=32"


@pytest.fixture(scope="session")
def bench() -> Bench:
    return Bench(ac.load_hardware("edge_16x16"), "sweep")


@pytest.fixture(scope="session")
def small_study() -> KernelStudy:
    families = tuple(tuple(Case(k, kind, SMALL) for k in KERNELS) for kind in TYPES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "cases", lambda: families)
        patch.setattr(network_kernels, "NETWORKS", (NETWORK,))
        hardware = [ac.load_hardware("edge_16x16"), ac.load_hardware("tpu_v1")]
        return study_kernels(hardware)


@pytest.fixture(scope="session")
def costs(small_study: KernelStudy) -> tuple[kernel_costs.Row, ...]:
    return small_study.costs

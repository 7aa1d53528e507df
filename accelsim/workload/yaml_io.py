"""Workload files: `workloads/*.yaml` <-> Network.

One operator stands on one line, in the order of execution, so that a change shows as a change of
lines. Fields that have their usual value are left out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from accelsim.documents import Fault, dotted, explain, read_yaml, validate
from accelsim.errors import InputError, WorkloadError
from accelsim.workload.assembly import assemble
from accelsim.workload.network import Network
from accelsim.workload.operators import (
    ACTIVATIONS,
    Concat,
    Conv,
    Elementwise,
    Linear,
    MatMul,
    Move,
    Norm,
    Operator,
    Pool,
)
from accelsim.workload.records import WorkloadFile

Fields = dict[str, object]
"""Keys of one record in the order in which they are written."""

PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*")
"""Words that YAML reads as text without quotes, unless they are RESERVED."""

RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def network_from_yaml(path: str | Path) -> Network:
    """The network of a workload file; InputError names the place of everything that is wrong."""
    document = read_yaml(path)
    file = validate(document, WorkloadFile)
    net, faults = assemble(file)
    if faults:
        problems = [document.problem(fault.loc, fault.message) for fault in faults]
        raise InputError(sorted(problems, key=lambda problem: (problem.line, problem.column)))
    return net.build()


def network_to_yaml(network: Network) -> str:
    """The text of a workload file that reads back as the same network."""
    file = _as_file(network)
    inputs = [f"  {_flow(name)}: {_flow(shape)}" for name, shape in file.inputs.items()]
    records = [record.model_dump(by_alias=True, exclude_defaults=True) for record in file.operators]
    lines = [
        "# One operator per line in the order of execution; sizes are [channels, height, width].",
        f"schema: {file.version}",
        f"name: {_flow(file.name)}",
        f"source: {_flow(file.source)}",
        "inputs:",
        *inputs,
        f"outputs: {_flow(file.outputs)}",
        "operators:",
        *(f"  - {_flow(record)}" for record in records),
    ]
    return "\n".join(lines) + "\n"


def _as_file(network: Network) -> WorkloadFile:
    """The content of the file, checked to make the same network again."""
    data = {
        "schema": 1,
        "name": network.name,
        "source": network.source,
        "inputs": network.inputs,
        "outputs": network.outputs,
        "operators": [_record(operator) for operator in network.operators],
    }
    try:
        file = WorkloadFile.model_validate(data)
    except ValidationError as error:
        _refuse(network, explain(error, WorkloadFile, data)[0])
    net, faults = assemble(file)
    if faults:
        _refuse(network, faults[0])
    for index, (written, meant) in enumerate(zip(net.build(), network, strict=False)):
        if written != meant:
            _refuse(network, Fault(("operators", index), "would read back as another operator"))
    return file


def _refuse(network: Network, fault: Fault) -> NoReturn:
    place = dotted(fault.loc)
    match fault.loc:
        case ("operators", int(index), *_):
            place = network.operators[index].name
    raise WorkloadError(f"{network.name}: cannot be written to a file: {place}: {fault.message}")


def _record(operator: Operator) -> Fields:
    """All keys of the operator's record."""
    return {
        "name": operator.name,
        "op": _op(operator),
        "in": operator.inputs,
        **_details(operator),
        **({"act": operator.activation} if operator.activation else {}),
        **({"norm": operator.norm_params} if operator.norm_params else {}),
    }


def _op(operator: Operator) -> str:
    """The word of the operator in a file."""
    match operator:
        case Pool(mode=mode):
            return f"{mode}_pool"
        case Elementwise(function=function):
            return "activation" if function in ACTIVATIONS else function
        case Move(function=function):
            return function
    return operator.kind


def _details(operator: Operator) -> Fields:
    """What the operator says beyond its inputs."""
    details: Fields = {}
    match operator:
        case Conv():
            details = {
                **_walk(operator),
                "out": operator.output_shape[0],
                "dilation": operator.dilation,
                "groups": operator.groups,
                "bias": operator.bias,
            }
        case Linear():
            details = {"out": operator.output_shape[0], "bias": operator.bias}
        case MatMul():
            details = {"heads": operator.heads, "transposed": operator.transposed}
        case Pool(mode="max" | "avg"):
            details = {
                **_walk(operator),
                "count_include_pad": operator.count_include_pad,
                "ceil": operator.is_ceil,
            }
        case Elementwise(function=function) if function in ACTIVATIONS:
            details = {"function": function}
        case Elementwise(function="scale" | "shift"):
            details = _learned(operator, usual=operator.output_shape[0])
        case Norm():
            details = _learned(operator, usual=2 * operator.output_shape[0])
        case Concat():
            details = {"along": operator.along}
        case Move():
            details = _moved(operator)
    return details


def _learned(operator: Elementwise | Norm, usual: int) -> Fields:
    return {} if operator.learnables == usual else {"learnables": operator.learnables}


def _moved(move: Move) -> Fields:
    depth, height, width = move.output_shape
    if move.function == "split":
        return {"sections": [channels for channels, _, _ in move.output_shapes]}
    if move.function == "pad":
        channels, rows, columns = move.input_shape
        return {
            "pad": (0, 0, height - rows, width - columns),
            "channels": depth - channels,
            "learnables": move.learnables,
        }
    details: dict[str, Fields] = {
        "shuffle": {"groups": move.groups},
        "upsample": {"size": (height, width)},
        "lookup": {"out": depth, "learnables": move.learnables},
        "flatten": {},
    }
    return details.get(move.function, {"size": move.output_shape})


def _walk(operator: Conv | Pool) -> Fields:
    return {"kernel": operator.window, "stride": operator.step, "pad": operator.padding}


def _flow(value: object) -> str:
    """A value in YAML flow style."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_flow(key)}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_flow(item) for item in value)}]"
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_plain(text: str) -> bool:
    return PLAIN.fullmatch(text) is not None and text.lower() not in RESERVED


def _quoted(text: str) -> str:
    """The text in double quotes, every character but printable ASCII as an escape."""
    return '"' + "".join(
        c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08x}" for c in text
    ) + '"'  # fmt: skip

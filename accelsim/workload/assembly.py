"""A network from the records of a workload file, or everything that is wrong with them."""

from __future__ import annotations

from accelsim.documents import Fault
from accelsim.errors import WorkloadError, suggestion
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.records import WorkloadFile


def assemble(file: WorkloadFile) -> tuple[NetworkBuilder, list[Fault]]:
    """A builder with all operators, and the faults found; with faults it must not be built.

    What reads a faulty operator is passed over, so that one mistake gives one message.
    """
    assembly = _Assembly(file)
    faults = assembly.input_faults() + assembly.operator_faults()
    return assembly.net, faults or assembly.loose_ends()


class _Assembly:
    """A file on its way into a builder."""

    def __init__(self, file: WorkloadFile) -> None:
        self.file = file
        self.net = NetworkBuilder(file.name, file.source)
        self._makers: dict[str, int] = {}
        """Tensor -> index of the first operator that makes it, wherever it stands."""
        for index, record in enumerate(file.operators):
            for tensor in record.tensors:
                if tensor not in file.inputs:
                    self._makers.setdefault(tensor, index)
        self._missing: set[str] = set()

    def input_faults(self) -> list[Fault]:
        faults = []
        for name, shape in self.file.inputs.items():
            try:
                self.net.input(name, shape)
            except WorkloadError as error:
                faults.append(Fault(("inputs", name), str(error)))
        return faults

    def operator_faults(self) -> list[Fault]:
        found = [self._append(index) for index in range(len(self.file.operators))]
        return [fault for fault in found if fault is not None]

    def loose_ends(self) -> list[Fault]:
        """Tensors that nothing reads although they are no outputs, and wrong outputs."""
        last = self.file.operators[-1].tensors
        outputs = last if self.file.outputs is None else tuple(self.file.outputs)
        unread = [tensor for tensor in self.net.unread() if tensor not in outputs]
        named = [self._output_fault(index, tensor) for index, tensor in enumerate(outputs)]
        return [self._unread_fault(tensor) for tensor in unread] + [f for f in named if f]

    def _append(self, index: int) -> Fault | None:
        """Append one operator; the fault if that is not possible."""
        record = self.file.operators[index]
        message = None
        late = [tensor for tensor in record.inputs if self._makers.get(tensor, -1) >= index]
        if late:
            message = self._order_message(index, late[0])
        elif self._missing.isdisjoint(record.inputs):
            try:
                record.add_to(self.net)
                return None
            except WorkloadError as error:
                message = str(error)
        self._missing.update(record.tensors)
        return None if message is None else Fault(("operators", index), message)

    def _order_message(self, index: int, tensor: str) -> str:
        name, maker = self.file.operators[index].name, self._makers[tensor]
        if loop := self._way(maker, index):
            names = " -> ".join([*(self.file.operators[step].name for step in loop[::-1]), name])
            return f"{name}: reads '{tensor}' in a cycle, {names}; break it"
        later = self.file.operators[maker].name
        return (
            f"{name}: reads '{tensor}', which is made later; operators stand in the order of "
            f"execution, so move '{later}' before '{name}'"
        )

    def _way(self, start: int, goal: int) -> list[int]:
        """Operators from `start` up to `goal`, each reading from the next; empty if none leads."""
        reached: dict[int, int | None] = {start: None}
        for step in (queue := [start]):
            for tensor in self.file.operators[step].inputs:
                if tensor in self._makers and self._makers[tensor] not in reached:
                    reached[self._makers[tensor]] = step
                    queue.append(self._makers[tensor])
        way: list[int] = []
        at = goal if goal in reached else None
        while at is not None:
            way.append(at)
            at = reached[at]
        return way[::-1]

    def _unread_fault(self, tensor: str) -> Fault:
        if tensor in self.file.inputs:
            return Fault(("inputs", tensor), "no operator reads it; read it or remove it")
        index = self._makers[tensor]
        name = self.file.operators[index].name
        return Fault(
            ("operators", index),
            f"{name}: nothing reads '{tensor}'; read it, remove '{name}', or list '{tensor}' "
            f"under outputs",
        )

    def _output_fault(self, index: int, tensor: str) -> Fault | None:
        if tensor in self.net.unread() and tensor in self._makers:
            return None
        if tensor in self._makers:
            return Fault(("outputs", index), f"an operator reads '{tensor}'; remove it here")
        hint = suggestion(tensor, self._makers)
        return Fault(("outputs", index), f"no operator makes '{tensor}'{hint}")

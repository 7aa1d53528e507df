"""What the records of all operators in a workload file have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod

from pydantic import BaseModel, ConfigDict, Field

from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.fields import Reads, Word


class Record(BaseModel, ABC):
    """What every operator has in a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Word
    op: str
    inputs: Reads = Field(alias="in", min_length=1)

    @property
    def tensors(self) -> tuple[str, ...]:
        """Names of the tensors that the operator makes."""
        return (self.name,)

    @abstractmethod
    def add_to(self, net: NetworkBuilder) -> None:
        """Append the operator to a network."""


class OneInput(Record):
    """An operator that reads one tensor."""

    inputs: Reads = Field(alias="in", min_length=1, max_length=1)

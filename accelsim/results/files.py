"""Files that appear whole or not at all, and rows as csv."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from accelsim.errors import UsageError
from accelsim.results.network import Row


def rows_to_csv(rows: Sequence[Row], columns: Sequence[str] = ()) -> str:
    """CSV text with a header, of `columns` or those of the first row; unknown values are blank."""
    text = io.StringIO()
    names = columns or list(rows[0])
    writer = csv.DictWriter(text, fieldnames=names, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@contextmanager
def replacing(folder: str | Path, stale: Sequence[str] = ()) -> Iterator[Path]:
    """A temporary folder whose files move into `folder` when the block ends without an error.

    Files of other names in `folder` are left alone, but for those that match a glob pattern of
    `stale`. Raises UsageError when it cannot be written.
    """
    target = Path(folder)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise UsageError(f"{target}: cannot write there: {error.strerror}") from error
    try:
        yield fresh
        fresh.chmod(0o755)
        target.mkdir(exist_ok=True)
        _check_replaceable(fresh, target)
        for old in [path for pattern in stale for path in target.glob(pattern)]:
            old.unlink()
        for path in fresh.iterdir():
            os.replace(path, target / path.name)
    except OSError as error:
        raise UsageError(f"{target}: cannot write there: {error.strerror}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _check_replaceable(fresh: Path, target: Path) -> None:
    """Refuse before anything is moved when a folder stands where a file is to go."""
    for path in fresh.iterdir():
        if (target / path.name).is_dir():
            raise UsageError(f"{target / path.name}: a folder stands where a file is to go")


def replace_file(path: str | Path, text: str) -> None:
    """Write a file of text whole or not at all. Raises UsageError when it cannot be written."""
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(fresh).chmod(0o644)
            os.replace(fresh, target)
        finally:
            Path(fresh).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{target}: cannot write there: {error.strerror}") from error

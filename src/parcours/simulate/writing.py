"""Files, written as the parts of the retailer come: Parquet in row groups, CSV, JSON lines. Equal parts give equal bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_PARQUET, _CSV, _LINES = ".parquet", ".csv", ".jsonl"
LINE = "line"  # the one column of JSON lines: the finished line


@dataclass
class Files:
    """A folder of growing files.

    Args:
        folder: Where; its subfolders are made as needed.
        rows_per_file: Of numbered files: with that many the next begins, so that a killed import loses little.
    """

    folder: Path
    rows_per_file: int = 4_000_000
    rows: dict[str, int] = field(default_factory=dict)
    _open: dict[str, Any] = field(default_factory=dict)  # pyarrow ships no types
    _schemas: dict[str, Any] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._open.values():
            writer.close()

    def append(self, name: str, table: pa.Table) -> None:
        """Add rows to a file.

        Args:
            name: Its path in the folder; the ending says the format. A Parquet name may hold `{}`, which becomes the file's number.
            table: The rows; always the same columns for one name.
        """
        self._schemas.setdefault(name, table.schema)
        before = self.rows.get(name, 0)
        number, following = before // self.rows_per_file, (before + table.num_rows) // self.rows_per_file
        self._write(name, number, table)
        if "{}" in name and following > number:
            self._open.pop(self._path(name, number)).close()
        self.rows[name] = before + table.num_rows

    def append_rows(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Add single rows to a file that already has some."""
        self.append(name, pa.Table.from_pylist(rows, schema=self._schemas[name]))

    def _path(self, name: str, number: int) -> str:
        return name.format(f"{number:04d}")

    def _write(self, name: str, number: int, table: pa.Table) -> None:
        path = self._path(name, number)
        if path not in self._open:
            full = self.folder / path
            full.parent.mkdir(parents=True, exist_ok=True)
            self._open[path] = _writer(full, table.schema)
        self._open[path].write(table)


class _LineWriter:
    """Writes texts as lines."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def write(self, table: pa.Table) -> None:
        """One line a row."""
        lines = table[LINE].to_pylist()
        self._file.write("".join(f"{line}\n" for line in lines))

    def close(self) -> None:
        """No more lines."""
        self._file.close()


def _writer(path: Path, schema: Any) -> Any:
    if path.suffix == _PARQUET:
        return pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=True)
    if path.suffix == _CSV:
        return pacsv.CSVWriter(path, schema)
    return _LineWriter(path)

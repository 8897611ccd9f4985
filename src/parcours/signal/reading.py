"""Any file as rows: one relation with a row number, whatever the format; unreadable lines are kept aside."""

from __future__ import annotations

import bisect
import glob
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from parcours.lake import EngineProblem, SqlFault, identifier, literal
from parcours.signal.errors import UnreadableFile
from parcours.signal.ocel import convert_ocel
from parcours.signal.text_file import TextFile, physical_lines, prepare_csv, prepare_lines, rejected_records
from parcours.signal.xes import convert_xes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from parcours.lake import Engine
    from parcours.signal.mapping import Join, Read

ROW = "_row"
_LINE_COLUMN = "_line"


@dataclass(frozen=True)
class Unreadable:
    """A line that is no row.

    Attributes:
        line: Physical line in the file, from 1.
        reason: A short code.
        content: The beginning of the line; personal, for the vault only.
    """

    line: int
    reason: str
    content: str | None


@dataclass(frozen=True)
class Rows:
    """A readable file.

    Attributes:
        sql: A query with the file's columns and `_row`, the row's number from 1.
        columns: Column name to SQL type, without `_row`.
        unreadable: Lines that are no rows.
        notes: Counts worth telling, such as values that did not fit their declared type.
        text: The text file behind it, to find physical lines; None where rows have no lines.
    """

    sql: str
    columns: Mapping[str, str]
    unreadable: Sequence[Unreadable] = ()
    notes: Mapping[str, int] = field(default_factory=dict)
    text: TextFile | None = None
    rejected: Sequence[int] = ()
    plain_lines: bool = False

    def lines(self, rows: Iterable[int]) -> dict[int, int]:
        """Physical lines of rows; the row's number itself where the format has no lines."""
        records = {row: self._record(row) for row in rows}
        if self.text is None or self.plain_lines:
            return records
        found = physical_lines(self.text, records.values())
        return {row: found.get(record, record) for row, record in records.items()}

    def _record(self, row: int) -> int:
        """Number of the record in the file: rejected ones come between."""
        accepted_before = [record - number for number, record in enumerate(self.rejected, 1)]
        return row + bisect.bisect_left(accepted_before, row)


def expand(read: Read, root: Path) -> list[Path]:
    """The files that a `read` names, sorted; relative paths start at `root`.

    Raises:
        UnreadableFile: A path or pattern matches nothing, or is of the wrong kind.
    """
    found: dict[Path, None] = {}
    for pattern in read.paths:
        full = Path(pattern) if Path(pattern).is_absolute() else root / pattern
        matches = (
            [full] if full.exists() else [Path(path) for path in sorted(glob.glob(str(full), recursive=True))]
        )
        matches = [path for path in matches if path == full or not path.is_dir() or read.format == "delta"]
        if not matches:
            raise UnreadableFile(
                pattern,
                "there is no such file",
                "correct the path in the mapping's `read`, or put the file there",
            )
        for path in matches:
            _check_kind(read, path, pattern)
            found[path] = None
    return list(found)


SAMPLE_ROWS = 1_000


def open_rows(
    engine: Engine, read: Read, path: Path, staging: Path, name: str, *, sample: bool = False
) -> Rows:
    """Make one file readable in the engine.

    Args:
        engine: Where relations are made.
        read: Format and options.
        path: The file.
        staging: A folder for what must be rewritten first; it may hold personal data.
        name: Names the temporary relations; distinct for each file open at once.
        sample: Only the first rows of a CSV file, enough to check a mapping.

    Raises:
        UnreadableFile: The file is not what the mapping says.
    """
    staging.mkdir(parents=True, exist_ok=True)
    try:
        match read.format:
            case "csv":
                return _csv_rows(engine, read, path, staging, name, sample=sample)
            case "json":
                return _json_rows(engine, read, path, staging, name)
            case "delta":
                return _delta_rows(engine, path)
            case "xes" | "ocel":
                target = staging / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.parquet"
                (convert_xes if read.format == "xes" else convert_ocel)(path, target)
                return _parquet_rows(engine, path, target)
            case _:
                return _parquet_rows(engine, path, path)
    except (EngineProblem, SqlFault) as problem:
        raise UnreadableFile(
            path.name, problem.sentence, "check that the file is what the mapping says"
        ) from None


def joined(engine: Engine, rows: Rows, joins: Sequence[tuple[Join, Rows]]) -> tuple[str, dict[str, str]]:
    """SQL of the rows with the matching row of each joined table as a struct column.

    Returns:
        (query, its columns without `_row`).

    Raises:
        SqlFault: A left expression or a right column does not exist.
        UnreadableFile: A row matches more than one row of the joined table.
    """
    sql = rows.sql
    for join, right in joins:
        keys = list(join.by.items())
        left = ", ".join(f"({expression}) as _left_{number}" for number, (expression, _) in enumerate(keys))
        left_sql = f"select *, {left} from ({sql})"
        rights = ", ".join(
            f"_r.{identifier(column)} as _right_{number}" for number, (_, column) in enumerate(keys)
        )
        right_sql = f"select _r as {identifier(join.name)}, {rights} from ({right.sql}) as _r"
        left_types, right_types = engine.columns(left_sql), engine.columns(right_sql)
        if join.name in left_types:
            raise SqlFault(f"the join {join.name!r} has the name of a column")
        on = " and ".join(
            _equals(number, left_types[f"_left_{number}"], right_types[f"_right_{number}"])
            for number in range(len(keys))
        )
        _check_single(engine, join, right, left_sql, right_sql, on, len(keys))
        drop = ", ".join(f"_left_{number}" for number in range(len(keys)))
        sql = f"select _l.* exclude ({drop}), _j.{identifier(join.name)} from ({left_sql}) as _l left join ({right_sql}) as _j on {on}"
    columns = engine.columns(sql)
    return sql, {column: kind for column, kind in columns.items() if column != ROW}


def _equals(number: int, left: str, right: str) -> str:
    if left == right:
        return f"_l._left_{number} = _j._right_{number}"
    return f"cast(_l._left_{number} as varchar) = cast(_j._right_{number} as varchar)"


def _check_single(
    engine: Engine, join: Join, right: Rows, left_sql: str, right_sql: str, on: str, keys: int
) -> None:
    group = ", ".join(f"_right_{number}" for number in range(keys))
    doubles = f"select {group}, min(_row) as first, max(_row) as last from (select {group}, {identifier(join.name)}.{ROW} as _row from ({right_sql})) group by {group} having count(*) > 1"
    if engine.value(f"select count(*) from ({doubles})") == 0:
        return
    hit = engine.rows(
        f"select _j.first, _j.last from ({left_sql}) as _l join ({doubles}) as _j on {on} limit 1"
    )
    if hit:
        lines = right.lines(hit[0])
        raise UnreadableFile(
            join.read.paths[0],
            f"the join {join.name!r} finds more than one row: lines {lines[hit[0][0]]} and {lines[hit[0][1]]} have the same {', '.join(join.by.values())}",
            "join on columns that are unique there, or aggregate that file first",
        )


def _check_kind(read: Read, path: Path, pattern: str) -> None:
    if read.format == "delta":
        if not (path / "_delta_log").is_dir():
            raise UnreadableFile(pattern, "it is no Delta table", "name the folder that holds _delta_log")
    elif path.is_dir():
        raise UnreadableFile(
            pattern, "it is a folder", f"name the files in it, such as {pattern.rstrip('/')}/*.{read.format}"
        )
    elif path.stat().st_size == 0:
        raise UnreadableFile(
            pattern, "the file is empty", "export it again, or take it out of the mapping's `read`"
        )


def _typed(columns: Mapping[str, str], types: Mapping[str, str]) -> str:
    return ", ".join(
        f"try_cast({identifier(column)} as {types[column]}) as {identifier(column)}"
        if column in types
        else identifier(column)
        for column in columns
    )


def _csv_rows(engine: Engine, read: Read, path: Path, staging: Path, name: str, *, sample: bool) -> Rows:
    text = prepare_csv(
        path,
        staging,
        delimiter=read.delimiter,
        encoding=read.encoding,
        quote=read.quote,
        header=read.header,
        columns=read.columns,
    )
    unknown = [column for column in read.types if column not in text.columns]
    if unknown:
        raise UnreadableFile(
            path.name,
            f"`types` names the column {unknown[0]!r}, which it has not",
            f"its columns are: {', '.join(text.columns)}",
        )
    nulls = ", ".join(literal(value) for value in ("", *read.null))
    options = (
        f"header = {literal(text.header_line)}, delim = {literal(text.delimiter)}, quote = {literal(text.quote)}, "
        f"escape = {literal(text.quote)}, nullstr = [{nulls}]"
    )
    rejected = _load_text(
        engine,
        text,
        options,
        dict.fromkeys(text.columns, "VARCHAR"),
        name,
        limit=SAMPLE_ROWS if sample else None,
    )
    unreadable = [Unreadable(line, reason, content) for _, line, reason, content in rejected]
    notes = _misfits(engine, name, read.types)
    columns = {column: read.types.get(column, "VARCHAR") for column in text.columns}
    sql = f"select {ROW}, {_typed(columns, read.types)} from {identifier(name)}"
    kinds = {column: kind for column, kind in engine.columns(sql).items() if column != ROW}
    return Rows(sql, kinds, unreadable, notes, text, [record for record, *_ in rejected])


def _misfits(engine: Engine, table: str, types: Mapping[str, str]) -> dict[str, int]:
    """How many values of each typed column do not fit their type."""
    counts = {
        column: engine.value(
            f"select count(*) from {identifier(table)} where {identifier(column)} is not null and try_cast({identifier(column)} as {kind}) is null"
        )
        for column, kind in types.items()
    }
    return {f"not_{types[column].lower()}:{column}": count for column, count in counts.items() if count}


def _load_text(
    engine: Engine,
    text: TextFile,
    options: str,
    columns: Mapping[str, str],
    name: str,
    limit: int | None = None,
) -> list[tuple[int, int, str, str | None]]:
    """Load a text file into table `name`; answers (record number, physical line, reason, content) of what is no row.

    Read by one thread: where a quoted line break lies on the border of two buffers, DuckDB 2.0 gives the row twice otherwise.
    """
    declared = ", ".join(f"{literal(column)}: {literal(kind)}" for column, kind in columns.items())
    engine.run(
        f"drop table if exists {identifier(name)}; drop table if exists _reject; drop table if exists _reject_scan"
    )
    engine.run(
        f"create temp table {identifier(name)} as select row_number() over () as {ROW}, * from read_csv("
        f"{literal(str(text.path))}, auto_detect = false, {options}, columns = {{{declared}}}, store_rejects = true, "
        f"rejects_table = '_reject', rejects_scan = '_reject_scan', rejects_limit = 0, compression = {literal(text.compression)}, parallel = false)"
        + (f" limit {limit}" if limit else "")
    )
    found = engine.rows(
        "select line, any_value(lower(cast(error_type as varchar))), left(any_value(csv_line), 1000) from _reject group by line order by line"
    )
    places = rejected_records(text, [line for line, _, _ in found])
    return [(*places[line], reason.replace(" ", "_"), content) for line, reason, content in found]


def _json_rows(engine: Engine, read: Read, path: Path, staging: Path, name: str) -> Rows:
    text = prepare_lines(path, staging, encoding=read.encoding)
    raw = f"{name}_raw"
    options = "header = false, delim = '\\x01', quote = '', escape = '', nullstr = ['']"
    rejected = _load_text(engine, text, options, {_LINE_COLUMN: "VARCHAR"}, raw)
    rows = Rows("", {}, (), {}, text, [record for record, *_ in rejected], plain_lines=True)
    bad = engine.rows(
        f"select {ROW}, left({_LINE_COLUMN}, 1000) from {identifier(raw)} where {_LINE_COLUMN} is not null and trim({_LINE_COLUMN}) <> '' "
        f"and (not json_valid({_LINE_COLUMN}) or json_type({_LINE_COLUMN}) <> 'OBJECT') order by {ROW}"
    )
    lines = rows.lines(row for row, _ in bad)
    unreadable = [Unreadable(line, reason, content) for _, line, reason, content in rejected]
    unreadable += [Unreadable(lines[row], "not_a_json_object", content) for row, content in bad]
    good = (
        f"{_LINE_COLUMN} is not null and json_valid({_LINE_COLUMN}) and json_type({_LINE_COLUMN}) = 'OBJECT'"
    )
    structure = engine.value(
        f"select json_group_structure({_LINE_COLUMN}) from (select case when {good} then {_LINE_COLUMN} end as {_LINE_COLUMN} from {identifier(raw)}) where {_LINE_COLUMN} is not null"
    )
    if structure is None or structure == '"NULL"':
        raise UnreadableFile(
            path.name, "no line is a JSON object", "write one object a line, or check the format in `read`"
        )
    engine.run(f"drop table if exists {identifier(name)}")
    engine.run(
        f"create temp table {identifier(name)} as select {ROW}, unnest(_object) from (select {ROW}, from_json({_LINE_COLUMN}, {literal(structure)}) as _object from {identifier(raw)} where {good})"
    )
    engine.run(f"drop table {identifier(raw)}")
    columns = {
        column: kind
        for column, kind in engine.columns(f"select * from {identifier(name)}").items()
        if column != ROW
    }
    sql = f"select {ROW}, {_typed(columns, read.types)} from {identifier(name)}"
    return Rows(
        sql,
        columns,
        sorted(unreadable, key=lambda item: item.line),
        {},
        text,
        rows.rejected,
        plain_lines=True,
    )


def _parquet_rows(engine: Engine, path: Path, target: Path) -> Rows:
    sql = f"select file_row_number + 1 as {ROW}, * exclude (file_row_number) from read_parquet({literal(str(target))}, file_row_number = true, hive_partitioning = false)"
    try:
        columns = engine.columns(sql)
    except SqlFault as problem:
        raise UnreadableFile(path.name, problem.sentence, "check that it is a Parquet file") from None
    return Rows(sql, {column: kind for column, kind in columns.items() if column != ROW})


def _delta_rows(engine: Engine, path: Path) -> Rows:
    from parcours.lake.tables import delta_files  # noqa: PLC0415 - rarely needed

    files = ", ".join(literal(file) for file in delta_files(path))
    sql = f"select row_number() over () as {ROW}, * from read_parquet([{files}], hive_partitioning = true)"
    return Rows(sql, {column: kind for column, kind in engine.columns(sql).items() if column != ROW})

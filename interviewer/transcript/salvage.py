"""Reads what can still be read of a damaged SQLite file: around pages that are gone, and with a lost header.

The file formats are https://sqlite.org/fileformat2.html. Everything here works on a copy.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

Raw = Mapping[str, object]

# A message of SQLite's that quotes damaged text can't be decoded itself.
UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)

GIVE_UP = 3_000  # so many tries in vain, some 25,000 row ids: the rest of the table hangs on a page that is gone
_TRIES_A_STEP = 200  # after so many tries in vain, the next ones step further by one
_NEXT = 10_000  # a row id further off than this comes from a damaged cell and says nothing about where we are
_LEAST_ROW = 8  # bytes; a scan that finds more rows than fit into the file goes round in circles
_HEADER = 100
_INTERIOR = 0x05


def salvage(copy: Path, healthy: Path, tables: Mapping[str, Sequence[str]]) -> dict[str, list[Raw]]:
    """The rows of `tables` (name to columns) that can be read from `copy`, which is changed on the way.

    `healthy` is an empty database with the same tables, made by the same migrations: a lost header, and where that is
    not enough the pages that describe the tables, are taken from it. Values are as SQLite gives them, unchecked;
    columns that the copy does not have are left out.
    """
    for mend in (_leave, _mend_header, _mend_schema):
        mend(copy, healthy)
        if _knows(copy, tables):
            break
    with closing(_open(copy)) as database:
        most = max(1000, copy.stat().st_size // _LEAST_ROW + _wal_size(copy) // _LEAST_ROW)
        return {table: list(_rows(database, table, columns, most)) for table, columns in tables.items()}


def _open(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file)
    database.text_factory = _lenient
    database.execute("PRAGMA writable_schema = ON")  # an entry of the schema that makes no sense is passed over
    return database


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _knows(file: Path, tables: Mapping[str, Sequence[str]]) -> bool:
    try:
        with closing(_open(file)) as database:
            return all(_columns(database, table).issuperset(columns) for table, columns in tables.items())
    except UNREADABLE:
        return False


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    """Empty when the table is not known."""
    return {str(name) for _, name, *_ in database.execute(f'PRAGMA table_info("{table}")')}


def _rows(database: sqlite3.Connection, table: str, columns: Sequence[str], most: int) -> Iterable[Raw]:
    try:
        wanted = [column for column in columns if column in _columns(database, table)]
    except UNREADABLE:
        return []
    if not wanted:
        return []
    names = ", ".join(f'"{column}"' for column in wanted)
    select = f'SELECT rowid, {names} FROM "{table}" NOT INDEXED WHERE rowid '  # noqa: S608 -- the program's own names
    return [_row(rowid, wanted, values) for rowid, values in _scan(database, select, most).items()]


def _row(rowid: int, names: Sequence[str], values: Sequence[object]) -> Raw:
    """A key that is the row id is stored as NULL: where the description of the table is damaged it is read so."""
    row = dict(zip(names, values, strict=True))
    return {**row, "id": rowid} if "id" in row and row["id"] is None else row


def _scan(database: sqlite3.Connection, select: str, most: int) -> dict[int, tuple[object, ...]]:
    """By row id: on until a page can't be read, then from the first id behind it that can be reached, and so on.

    Steps grow while nothing is reached; a long step that reaches something is taken back and done in small ones.
    """
    found: dict[int, tuple[object, ...]] = {}
    position = careful_until = failed = seen = 0
    step = 1
    while failed < GIVE_UP and seen < most:
        try:
            if step > 1:
                database.execute(f"{select} >= ? ORDER BY rowid LIMIT 1", (position,)).fetchone()
                position, careful_until, step = position - step + 1, position, 1
            for rowid, *values in database.execute(f"{select} >= ? ORDER BY rowid", (position,)):
                seen += 1
                if rowid not in found:
                    found[rowid] = tuple(values)
                    failed = 0
                if position <= rowid < position + _NEXT:
                    position = rowid + 1
                if seen >= most:
                    break
            return found
        except UNREADABLE:
            failed += 1
            step = 1 if position < careful_until else 1 + failed // _TRIES_A_STEP
            found |= _single(database, select, position)
            position += step
    return found


def _single(database: sqlite3.Connection, select: str, rowid: int) -> dict[int, tuple[object, ...]]:
    """The row before a bad page: the driver reads one row ahead, and on an error there gives neither."""
    try:
        row = database.execute(f"{select} = ?", (rowid,)).fetchone()
    except UNREADABLE:
        return {}
    return {rowid: tuple(row[1:])} if row else {}


def _wal_size(file: Path) -> int:
    wal = file.with_name(f"{file.name}-wal")
    return wal.stat().st_size if wal.exists() else 0


def _leave(copy: Path, healthy: Path) -> None:
    """The first try changes nothing."""


def _mend_header(copy: Path, healthy: Path) -> None:
    """The header of `healthy` with the real number of pages: SQLite reads no file whose header promises more."""
    header = bytearray(healthy.read_bytes()[:_HEADER])
    page = _page_size(header)
    content = copy.read_bytes()
    content += healthy.read_bytes()[len(content) : page]  # a file shorter than its first page
    header[28:32] = struct.pack(">I", len(content) // page)
    header[32:40] = bytes(8)  # no list of free pages
    header[92:96] = header[24:28]
    copy.write_bytes(bytes(header) + content[_HEADER:])


def _mend_schema(copy: Path, healthy: Path) -> None:
    """The pages that say which table begins where. The same migrations put them at the same places."""
    source = healthy.read_bytes()
    page = _page_size(source)
    content = bytearray(copy.read_bytes())
    for number in _schema_pages(source, page):
        start = (number - 1) * page
        if number > 1 and start + page > len(content):
            continue
        skip = _HEADER if number == 1 else 0
        content[start + skip : start + page] = source[start + skip : start + page]
    copy.write_bytes(content)


def _schema_pages(source: bytes, page: int) -> list[int]:
    """Page 1 and, where that is an interior page of the schema's tree, the leaves below it."""
    kind, cells = source[_HEADER], struct.unpack_from(">H", source, _HEADER + 3)[0]
    if kind != _INTERIOR:
        return [1]
    right = struct.unpack_from(">I", source, _HEADER + 8)[0]
    offsets = struct.unpack_from(f">{cells}H", source, _HEADER + 12)
    return [1, *(struct.unpack_from(">I", source, offset)[0] for offset in offsets if offset < page), right]


def _page_size(header: bytes | bytearray) -> int:
    size = struct.unpack_from(">H", header, 16)[0]
    return 65536 if size == 1 else size

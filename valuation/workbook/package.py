"""The parts of a workbook file, read with bounds: what a hostile file holds costs little and is refused by a sentence.

A workbook is a zip archive of XML parts. Names, sizes and what else it carries are looked at before anything is
unpacked, and XML is read as a stream: no document types, no entities, no depth, no more elements than a workbook needs.
"""

from __future__ import annotations

import errno
import itertools
import re
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final
from xml.parsers import expat

from ..problems import InvalidAssumptions, Place, Problem

LARGEST_FILE: Final = 50_000_000
LARGEST_BOOK: Final = 100_000_000
MOST_PARTS: Final = 2_000
MOST_SHRUNK: Final = 200
WORTH_SHRINKING: Final = 1_000_000
DEEPEST: Final = 100
MOST_ELEMENTS: Final = 3_000_000
LONGEST_TOKEN: Final = 1_000_000
LONGEST_TEXT: Final = 1_000_000
CHUNK: Final = 1 << 16

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
_ENCRYPTED: Final = 0x1
_UNSAFE: Final = re.compile(r"^[/\\]|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f]")
_XML: Final = (".xml", ".rels", ".vml")
_REFUSED: Final = (
    (r"vbaproject\.bin$|/macrosheets/|/vbadata\.xml$", "macros", "save it as .xlsx, without macros"),
    (r"/externallinks?/", "links to other workbooks", "break the links in Excel: Data, Edit Links"),
    (r"/connections\.xml$|/querytables?/", "connections to outside data", "remove them in Excel: Data, Connections"),
    (r"/embeddings/|/activex/|/ctrlprops/", "embedded objects", "delete them"),
)

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str, str], None]


def refuse(path: Path, text: str) -> InvalidAssumptions:
    """What a workbook is refused with: one sentence, with its path as the place."""
    return InvalidAssumptions([Problem(Place(str(path)), "", text)])


class Package:
    """An open workbook file whose names and sizes have been looked at; use it in a ``with`` statement.

    Raises InvalidAssumptions for a file that is no workbook or may not be opened, OSError for one that cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._elements = 0
        self._unpacked = 0
        self._file = _opened(path)
        try:
            self._archive = self._opened_archive()
            self._parts = self._looked_at(self._archive.infolist())
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    @property
    def documents(self) -> list[str]:
        """The names of all parts that are XML."""
        return [part.filename for part in self._parts.values() if part.filename.lower().endswith(_XML)]

    def refuse(self, text: str) -> InvalidAssumptions:
        """What this file is refused with."""
        return refuse(self.path, text)

    # Names and sizes, before anything is unpacked ----------------------------------------------------------------

    def _opened_archive(self) -> zipfile.ZipFile:
        first = self._file.read(len(_OLE))
        if first == _OLE:
            raise self.refuse("is saved with a password or in the old format .xls: save it as .xlsx without a password")
        if not first.startswith(_ZIP):
            raise self.refuse("expected an Excel workbook, found something else")
        try:
            return zipfile.ZipFile(self._file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
            raise self.refuse("expected an Excel workbook, found one that is cut short or damaged") from None

    def _looked_at(self, found: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        if len(found) > MOST_PARTS:
            raise self.refuse(f"expected a workbook of at most {MOST_PARTS:,} parts, found {len(found):,}")
        parts: dict[str, zipfile.ZipInfo] = {}
        for part in found:
            self._check_name(part.filename)
            if part.flag_bits & _ENCRYPTED:
                raise self.refuse("is saved with a password: save it without one")
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self.refuse("expected an Excel workbook, found one that is packed in another way")
            if parts.setdefault(part.filename.lower(), part) is not part:
                raise self.refuse(f"has the part {part.filename} twice")
        self._check_sizes(found)
        self._check_kind(parts)
        return parts

    def _check_name(self, name: str) -> None:
        if _UNSAFE.search(name):
            raise self.refuse(f"has a part whose name leaves the workbook: {name[:80]!r}")
        for pattern, what, remedy in _REFUSED:
            if re.search(pattern, f"/{name.lower()}"):
                raise self.refuse(f"holds {what} ({name[:80]}), which are not read: {remedy}")

    def _check_sizes(self, found: list[zipfile.ZipInfo]) -> None:
        if sum(part.file_size for part in found) > LARGEST_BOOK:
            raise self._too_large()
        for part in found:
            if part.file_size > WORTH_SHRINKING and part.file_size > MOST_SHRUNK * part.compress_size:
                raise self.refuse(f"is packed so tightly that it is refused: {part.filename[:80]} unpacks to "
                                  f"{part.file_size:,} bytes from {part.compress_size:,}")  # fmt: skip
        ordered = sorted(found, key=lambda part: part.header_offset)
        for before, after in itertools.pairwise(ordered):
            if before.header_offset + 30 + len(before.filename) + before.compress_size > after.header_offset:
                raise self.refuse(f"has parts that overlap: {before.filename[:80]} and {after.filename[:80]}")

    def _check_kind(self, parts: dict[str, zipfile.ZipInfo]) -> None:
        if "xl/workbook.bin" in parts:
            raise self.refuse("is a binary workbook (.xlsb): save it as .xlsx")
        if "mimetype" in parts:
            raise self.refuse("is an OpenDocument file: save it as .xlsx")
        if "[content_types].xml" not in parts:
            raise self.refuse("expected an Excel workbook, found another archive")

    def _too_large(self) -> InvalidAssumptions:
        return self.refuse(f"expected a workbook under {LARGEST_BOOK:,} bytes unpacked")

    # XML as a stream ---------------------------------------------------------------------------------------------

    def read(self, name: str, start: Start | None = None, end: End | None = None) -> None:
        """Read a part: ``start`` gets each element with its attributes, ``end`` each with its own text.

        Names come without their prefixes. A part that is not there is refused by its name.
        """
        if name.lower() not in self._parts:
            raise self.refuse(f"expected an Excel workbook, found one without its part {name[:80]}")
        reading = _Reading(self, name, start, end)
        try:
            with self._archive.open(self._parts[name.lower()]) as stream:
                self._feed(reading, stream)
        except expat.ExpatError as error:
            text = expat.errors.messages.get(error.code, "not XML")
            raise self.refuse(f"has a part that is not valid XML: {name[:80]}, line {error.lineno}: {text}") from None
        except InvalidAssumptions:
            raise
        except (LookupError, ValueError):  # what Python's codecs say of an encoding
            raise self.refuse(f"has a part that is not valid XML: {name[:80]}: unknown encoding") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
            raise self.refuse(f"is damaged: {name[:80]} cannot be unpacked") from None

    def _feed(self, reading: _Reading, stream: IO[bytes]) -> None:
        fed = 0
        while chunk := stream.read(CHUNK):
            fed += len(chunk)
            self._unpacked += len(chunk)
            if self._unpacked > LARGEST_BOOK:
                raise self._too_large()
            reading.parser.Parse(chunk, False)
            if fed - reading.parser.CurrentByteIndex > LONGEST_TOKEN:
                raise self.refuse(f"has an endless name or attribute in {reading.name[:80]}")
        reading.parser.Parse(b"", True)

    def count_element(self) -> None:
        """Count one element of any part; too many are refused."""
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise self.refuse(f"expected a workbook of at most {MOST_ELEMENTS:,} XML elements, found more")


class _Reading:
    """One part while it is read."""

    def __init__(self, package: Package, name: str, start: Start | None, end: End | None) -> None:
        self.package, self.name = package, name
        self.on_start, self.on_end = start, end
        self.depth = 0
        self.text: list[str] = []
        self.length = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        if end is not None:
            self.parser.EndElementHandler = self._end
            self.parser.CharacterDataHandler = self._characters
        else:
            self.parser.EndElementHandler = self._leave

    def _doctype(self, *found: object) -> None:
        raise self.package.refuse(f"declares a document type or entities in {self.name[:80]}, which no workbook needs")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.package.count_element()
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.package.refuse(f"is nested too deeply in {self.name[:80]}")
        self.text, self.length = [], 0
        if self.on_start is not None:
            self.on_start(plain(name), attributes)

    def _characters(self, text: str) -> None:
        self.length += len(text)
        if self.length > LONGEST_TEXT:
            raise self.package.refuse(f"has an endless text in {self.name[:80]}")
        self.text.append(text)

    def _leave(self, name: str) -> None:
        self.depth -= 1

    def _end(self, name: str) -> None:
        self.depth -= 1
        assert self.on_end is not None
        self.on_end(plain(name), "".join(self.text))
        self.text, self.length = [], 0


def plain(name: str) -> str:
    """A name of XML without its prefix."""
    return name.rpartition(":")[2]


def _opened(path: Path) -> IO[bytes]:
    """Open the file to be read; a folder, a pipe, a locked or a huge file is told as what it is."""
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, "is a folder, not a workbook", str(path))
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "is no file", str(path))
        if found.st_size > LARGEST_FILE:
            raise refuse(path, f"expected a workbook under {LARGEST_FILE:,} bytes, found {found.st_size:,}")
        return path.open("rb")
    except PermissionError:
        text = "cannot be read: another program may have it open, or its permissions forbid it"
        raise PermissionError(errno.EACCES, text, str(path)) from None
    except ValueError as error:  # a name that no file can have
        if isinstance(error, InvalidAssumptions):
            raise
        raise refuse(Path(repr(str(path))), "expected the name of a file") from None

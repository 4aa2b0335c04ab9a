"""Edits a workbook in LibreOffice as a user would, and saves it: run by the Python that has LibreOffice's ``uno``.

    python3 uno_edits.py BOOK.xlsx SAVED.xlsx EDITS.json

EDITS.json is a list of [sheet, row, column, value], counted from 0; a number or a text is typed in, null empties a
cell.
``["sheet", row, "insert row", 1]`` puts rows in.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found,unused-ignore]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found,unused-ignore]


def connected(pipe: str) -> Any:
    """Wait for the office and return its desktop."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(240):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.25)
            continue
        return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    raise SystemExit("LibreOffice did not start")


def prop(name: str, value: Any) -> Any:
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def edit(document: Any, edits: list[list[Any]]) -> None:
    for sheet, row, column, value in edits:
        page = document.Sheets.getByName(sheet)
        if column == "insert row":
            page.Rows.insertByIndex(row, value)
            continue
        cell = page.getCellByPosition(column, row)
        if value is None:
            cell.setString("")
        elif isinstance(value, str):
            cell.setFormula(value) if value.startswith("=") else cell.setString(value)
        else:
            cell.setValue(value)


def main(book: str, saved: str, edits: str) -> None:
    pipe = f"pull{uuid.uuid4().hex}"
    with tempfile.TemporaryDirectory() as profile:
        office = subprocess.Popen(
            ["soffice", "--headless", "--norestore", f"-env:UserInstallation=file://{profile}",
             f"--accept=pipe,name={pipe};urp;"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            desktop = connected(pipe)
            document = desktop.loadComponentFromURL(
                Path(book).absolute().as_uri(), "_blank", 0, (prop("Hidden", True),)
            )
            edit(document, json.loads(Path(edits).read_text()))
            target = Path(saved).absolute().as_uri()
            document.storeToURL(target, (prop("FilterName", "Calc MS Excel 2007 XML"),))
            document.close(True)
            with contextlib.suppress(Exception):  # the bridge closes with it
                desktop.terminate()
            office.wait(timeout=60)
        finally:
            if office.poll() is None:
                office.kill()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""How cells look: blue inputs, black formulas, green links, brackets for negatives, one set of number formats."""

from __future__ import annotations

from typing import Any, Final

BLUE: Final = "#0000FF"
BLACK: Final = "#000000"
GREEN: Final = "#007A33"
NAVY: Final = "#1F3864"
GREY: Final = "#595959"
PALE: Final = "#DCE6F1"
INPUT_FILL: Final = "#FFFBE6"

_KINDS: Final[dict[str, dict[str, Any]]] = {
    "title": {"bold": True, "font_size": 16, "font_color": NAVY},
    "subtitle": {"italic": True, "font_color": GREY},
    "head": {"bold": True, "font_color": "#FFFFFF", "bg_color": NAVY, "text_wrap": True, "valign": "vcenter"},
    "head_right": {"bold": True, "font_color": "#FFFFFF", "bg_color": NAVY, "align": "right", "valign": "vcenter",
                   "text_wrap": True},
    "head_right_link": {"bold": True, "font_color": "#92D050", "bg_color": NAVY, "align": "right", "valign": "vcenter"},
    "section": {"bold": True, "font_color": NAVY, "bottom": 1, "bottom_color": NAVY},
    "text": {},
    "beside": {"indent": 1},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "unit": {"font_color": GREY},
    "input": {"font_color": BLUE, "bg_color": INPUT_FILL},
    "stored": {"font_color": BLUE},
    "formula": {"font_color": BLACK},
    "link": {"font_color": GREEN},
    "answer": {"font_color": BLACK, "align": "right"},
    "answer_link": {"font_color": GREEN, "align": "right"},
    "answer_text": {"font_color": GREY, "align": "right"},
    "total": {"font_color": BLACK, "bold": True, "top": 1},
    "total_link": {"font_color": GREEN, "bold": True, "top": 1},
    "total_text": {"bold": True, "top": 1},
    "key": {"font_color": BLACK, "bold": True, "font_size": 14, "bg_color": PALE},
    "key_link": {"font_color": GREEN, "bold": True, "font_size": 14, "bg_color": PALE},
    "key_text": {"bold": True, "font_size": 14, "bg_color": PALE},
    "key_stored": {"font_color": BLUE, "bold": True, "font_size": 14, "bg_color": PALE},
    "good": {"bg_color": "#C6EFCE"},
    "bad": {"bg_color": "#FFC7CE"},
    "doubtful": {"bg_color": "#FFEB9C"},
    "contents": {"font_color": GREEN, "underline": 1},
    "status": {"bold": True, "align": "center"},
    "status_link": {"bold": True, "align": "center", "font_color": GREEN},
}  # fmt: skip


class Styles:
    """XlsxWriter formats by kind and number format, made once each."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._made: dict[tuple[str, str, bool], Any] = {}

    def get(self, kind: str, number_format: str = "", *, quote: bool = False) -> Any:
        """Return the format of a kind of cell; ``quote`` keeps a text that begins with = a text."""
        key = (kind, number_format, quote)
        if key not in self._made:
            properties = {"font_name": "Calibri", "font_size": 10, **_KINDS[kind]}
            if number_format:
                properties["num_format"] = number_format
            if quote:
                properties["quote_prefix"] = True
            self._made[key] = self.book.add_format(properties)
        return self._made[key]

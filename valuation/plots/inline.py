"""Pictures inside a notebook's page: what a result shows of itself beside its tables."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .look import Draw

DPI = 80


def inline(draw: Draw, told: str) -> str:
    """The picture as HTML that carries it, with ``told`` for who cannot see it; nothing without matplotlib."""
    try:
        import matplotlib  # noqa: F401 - only whether it is there
    except ImportError:
        return ""
    buffer = BytesIO()
    draw().figure.savefig(buffer, format="png", dpi=DPI, bbox_inches="tight", metadata={"Software": None})
    data = b64encode(buffer.getvalue()).decode("ascii")
    return f'<img alt="{escape(told)}" src="data:image/png;base64,{data}" style="max-width: 100%; background: white">'

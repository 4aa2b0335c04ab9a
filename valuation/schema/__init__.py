"""JSON Schema of assumption files, so that editors complete names, show units and help, and underline mistakes."""

from .offered import Offered
from .pages import KINDS, schema, schemas
from .write import FOLDER, write_schemas

__all__ = ["FOLDER", "KINDS", "Offered", "schema", "schemas", "write_schemas"]

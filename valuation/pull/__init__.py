"""The way back: what was edited in a workbook returns to the assumption files it was made from."""

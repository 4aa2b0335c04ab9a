"""The workbook: the recorded model as live Excel formulas, with the values of the base case stored beside them."""

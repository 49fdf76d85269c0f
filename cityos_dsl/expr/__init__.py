"""The expression language: CEL's core with exact decimals, durations written 7d, calendar arithmetic.

Import what is needed from its module: `parse`, `check`, `evaluate`, `to_python`, `types`, `scope`. Nothing
here loads the parser before the first expression is parsed.
"""

"""The expression language: CEL, and the stricter profile of it that specs speak, with decimals and calendars added.

Import what is needed from its module: `parse`, and for the profile `check`, `evaluate`, `fold`, `to_python`,
`types`, `scope`; the whole language is in `cel`. Nothing here loads the parser before the first expression is parsed.
"""

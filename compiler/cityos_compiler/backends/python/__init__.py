"""The Python backend: a project as readable Temporal code."""

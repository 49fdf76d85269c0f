"""Workflows by their definitions: documents that say what generated code would. Knows nothing of the compiler."""

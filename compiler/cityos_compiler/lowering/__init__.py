"""Lowering: from the typed spec to the IR, with every name resolved and every expression typed."""

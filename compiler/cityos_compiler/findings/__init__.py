"""Findings on their way out: what each code means, which of them are shown, and how."""

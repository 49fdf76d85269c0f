"""What keeps a worker or a command from starting."""

from __future__ import annotations


class SetupError(Exception):
    """Something around the program is not as it must be; the message says what, in a sentence."""

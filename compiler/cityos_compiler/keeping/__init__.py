"""What a check found, kept in parts: the next one does only what has changed."""

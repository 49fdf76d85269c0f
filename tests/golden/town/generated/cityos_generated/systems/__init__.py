"""Calls of every system's operations."""

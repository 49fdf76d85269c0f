"""The workflows."""

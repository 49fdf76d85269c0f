"""Mending findings: which fixes a finding has, and making the safe ones."""

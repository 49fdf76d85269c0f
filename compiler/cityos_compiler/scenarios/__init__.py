"""Scenario tests: specs of what a workflow does, run on the real Temporal server in virtual time."""

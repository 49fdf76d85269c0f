"""What scenarios exercise of the workflows: steps, branches, outcomes of waits, compensations."""

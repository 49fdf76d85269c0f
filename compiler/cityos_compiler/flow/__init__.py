"""What can happen in which order: a workflow's steps as a graph, and what is true at its points."""

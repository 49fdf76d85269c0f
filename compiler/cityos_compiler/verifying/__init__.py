"""Trying every path of a workflow, within stated bounds, in this process and on a virtual clock."""

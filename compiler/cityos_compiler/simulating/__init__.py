"""Running a workflow from its spec alone, in virtual time, with what is asked for on the command line."""

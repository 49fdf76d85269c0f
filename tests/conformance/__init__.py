"""CEL's conformance suite, and how a file of its cases is run."""

"""A workflow as one self-contained document that the interpreter runs, without generated code."""

"""Generated code of the city."""

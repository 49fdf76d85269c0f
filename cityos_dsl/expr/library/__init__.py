"""What the functions and operators of expressions do, the same for interpreter and generated code."""

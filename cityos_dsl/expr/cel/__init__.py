"""The whole of CEL (Common Expression Language) without protocol buffers: its types, checker and evaluator.

Specs speak a stricter profile of the same language, which `cityos_dsl.expr.check` holds; both have one parser.
"""

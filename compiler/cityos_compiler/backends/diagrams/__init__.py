"""Diagrams of workflows: Mermaid and DOT as text, SVG and PNG through Graphviz."""

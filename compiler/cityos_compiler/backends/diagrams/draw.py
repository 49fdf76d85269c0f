"""Pictures drawn: SVG and PNG from DOT text."""

from __future__ import annotations

import subprocess


class NoGraphviz(Exception):
    """Neither the library that brings Graphviz along is installed, nor Graphviz itself."""


def draw(text: str, shape: str) -> bytes:
    """Draw DOT text as ``svg`` or ``png``; raises `NoGraphviz` where there is nothing to draw with."""
    try:
        import pygraphviz
    except ImportError:
        return _by_command(text, shape)
    graph = pygraphviz.AGraph(string=text)
    graph.layout("dot")
    drawn: bytes = graph.draw(format=shape)
    return drawn


def _by_command(text: str, shape: str) -> bytes:
    """Draw with the machine's own Graphviz."""
    import graphviz

    try:
        return bytes(graphviz.Source(text).pipe(format=shape))
    except (graphviz.ExecutableNotFound, subprocess.CalledProcessError) as error:
        raise NoGraphviz from error

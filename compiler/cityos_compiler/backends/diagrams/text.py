"""Pictures as Mermaid and DOT text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import wrap

from cityos_compiler.backends.diagrams.shapes import Frame, Node, Picture

_MERMAID = {
    "start": '(["{}"])', "end": '(["{}"])', "failure": '(["{}"])', "wait": '[/"{}"/]', "choice": '{{"{}"}}',
    "pivot": '{{{{"{}"}}}}', "loop": '[["{}"]]', "compensation": '["{}"]', "fork": '[["{}"]]', "join": '[["{}"]]',
    "beside": '>"{}"]', "last": '["{}"]', "child": '[["{}"]]', "signal": '>"{}"]',
}  # fmt: skip
_CLASSES = {
    "wait": "fill:#fff4d6,stroke:#b7791f,color:#222",
    "pivot": "fill:#2f855a,stroke:#22543d,color:#fff",
    "compensation": "fill:#fde8e8,stroke:#c53030,color:#222,stroke-dasharray:4 3",
    "end": "fill:#def7ec,stroke:#2f855a,color:#222",
    "failure": "fill:#fde8e8,stroke:#c53030,color:#222",
    "start": "fill:#e1effe,stroke:#2b6cb0,color:#222",
    "beside": "fill:#f3e8ff,stroke:#6b46c1,color:#222",
    "last": "fill:#edf2f7,stroke:#4a5568,color:#222",
}
_LINES = {"flow": "-->", "failed": "-->", "back": "-->", "failed_back": "-->", "last": "~~~"}
_DOT = {
    "start": 'shape=box, style="filled,rounded", fillcolor="#e1effe", color="#2b6cb0"',
    "end": 'shape=box, style="filled,rounded", fillcolor="#def7ec", color="#2f855a"',
    "failure": 'shape=box, style="filled,rounded", fillcolor="#fde8e8", color="#c53030"',
    "wait": 'shape=polygon, sides=4, skew=0.18, fillcolor="#fff4d6", color="#b7791f", margin="0.05,0.03"',
    "choice": 'shape=diamond, margin="0,0"',
    "pivot": 'shape=hexagon, fillcolor="#2f855a", color="#22543d", fontcolor=white, penwidth=2, margin="0.2,0.06"',
    "loop": "shape=box3d",
    "compensation": 'style="filled,dashed", fillcolor="#fde8e8", color="#c53030"',
    "fork": 'fillcolor=gray35, color=gray35, fontcolor=white, height=0.25',
    "join": 'fillcolor=gray35, color=gray35, fontcolor=white, height=0.25',
    "beside": 'shape=note, fillcolor="#f3e8ff", color="#6b46c1"',
    "last": 'fillcolor="#edf2f7", color="#4a5568"',
    "child": 'shape=box3d, fillcolor="#e1effe"',
    "signal": 'style="filled,rounded", fillcolor="#edf2f7"',
}  # fmt: skip
_WIDTHS = {"choice": 26, "beside": 48, "last": 40, "start": 40}
"""How many characters a line of a kind of node may have; a diamond is twice as wide as its text."""
_EDGES = {
    "failed": 'color="#c53030", fontcolor="#c53030"',
    "back": "dir=back",
    "failed_back": 'dir=back, color="#c53030", fontcolor="#c53030"',
    "undo": 'style=dashed, color="#c53030", dir=back, weight=8',
    "chain": 'style=dashed, color="#e9a3a3", constraint=false, arrowsize=0.7',
    "beside": 'style=dotted, color="#6b46c1", arrowhead=none, weight=8',
    "last": "style=invis",
}


_THICK = "penwidth=3"


def mermaid(drawn: Picture, taken: frozenset[str] = frozenset()) -> str:
    """A Mermaid flowchart; the nodes of a path that was taken have thick borders."""
    lines = ["flowchart TD", *_framed(drawn, _mermaid_node, _mermaid_frame, "  end")]
    for edge in drawn.edges:
        source, target = (edge.target, edge.source) if edge.kind == "undo" else (edge.source, edge.target)
        label = f'|"{_escaped(edge.label)}"|' if edge.label else ""
        lines.append(f"  {source} {_LINES.get(edge.kind, '-.->')}{label} {target}")
    for kind, style in _CLASSES.items():
        members = [node.id for node in drawn.nodes if node.kind == kind]
        if members:
            lines += [f"  classDef {kind} {style}", f"  class {','.join(members)} {kind}"]
    if taken:
        members = [node.id for node in drawn.nodes if node.id in taken]
        lines += ["  classDef taken stroke-width:4px", f"  class {','.join(members)} taken"]
    return "\n".join(lines) + "\n"


def dot(drawn: Picture, title: str, taken: frozenset[str] = frozenset()) -> str:
    """A DOT digraph; the nodes of a path that was taken, and what leads from one to the next, are thick."""
    lines = [
        "digraph workflow {",
        f"  label={_quoted(title)}; labelloc=t; fontname=Helvetica; rankdir=TB; nodesep=0.35; ranksep=0.4;",
        "  node [fontname=Helvetica, fontsize=11, shape=box, style=filled, fillcolor=white, color=gray35];",
        "  edge [fontname=Helvetica, fontsize=10, color=gray35];",
    ]
    level = _level(drawn)
    lines += _framed(drawn, lambda node: _dot_node(node, node.id in taken) + level.get(node.id, ""), _dot_frame, "  }")
    for edge in drawn.edges:
        said = f"label={_quoted(_padded(_wrapped(edge.label, 24)))}" if edge.label else ""
        thick = _THICK if {edge.source, edge.target} <= taken else ""
        style = ", ".join(part for part in (said, _EDGES.get(edge.kind, ""), thick) if part)
        # what leads back is told to Graphviz the other way round, or it may put a loop above its head
        source, target = (edge.target, edge.source) if edge.kind.endswith("back") else (edge.source, edge.target)
        lines.append(f"  {source} -> {target}" + (f" [{style}];" if style else ";"))
    return "\n".join([*lines, "}"]) + "\n"


def _framed(
    drawn: Picture, write: Callable[[Node], str], opening: Callable[[Frame], str], closing: str
) -> Iterator[str]:
    """All nodes, those of a frame between its opening and its closing line."""
    waiting = sorted(drawn.frames, key=lambda frame: (frame.first, -frame.last))
    inside: list[Frame] = []
    for number, node in enumerate(drawn.nodes):
        while inside and inside[-1].last <= number:
            inside.pop()
            yield closing
        while waiting and waiting[0].first == number:
            inside.append(waiting.pop(0))
            yield opening(inside[-1])
        yield write(node)
    yield from (closing for _ in inside)


def _mermaid_node(node: Node) -> str:
    return f"  {node.id}" + _MERMAID.get(node.kind, '["{}"]').format(_escaped(node.label))


def _mermaid_frame(frame: Frame) -> str:
    return f'  subgraph g{frame.first}_{frame.last} ["{_escaped(frame.label)}"]'


def _escaped(text: str) -> str:
    return (
        text.replace("&", "&amp;")
        .replace('"', "#quot;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\n", "<br/>")
    )


def _dot_node(node: Node, thick: bool) -> str:
    aligned = "\\l" if node.kind in ("beside", "last") else "\\n"
    label = _quoted(_wrapped(node.label, _WIDTHS.get(node.kind, 34)), aligned)
    look = f", {_DOT[node.kind]}" if node.kind in _DOT else ""
    return f"  {node.id} [label={label}{look}{', ' + _THICK if thick else ''}];"


def _dot_frame(frame: Frame) -> str:
    look = 'labeljust=l; fontname=Helvetica; fontsize=10; fontcolor=gray35; style="rounded,dotted"; color=gray60;'
    label = _quoted(_wrapped(frame.label, 60))
    return f"  subgraph cluster_{frame.first}_{frame.last} {{ label={label}; {look} margin=12;"


def _level(drawn: Picture) -> dict[str, str]:
    """What keeps a compensation and what is done beside a step at its height: the flow stays in its column.

    Only within one frame: Graphviz takes a node out of its frame that has to stand beside one of another.
    """
    place = {node.id: number for number, node in enumerate(drawn.nodes)}

    def frame(node: str) -> Frame | None:
        around = [each for each in drawn.frames if each.first <= place[node] < each.last]
        return min(around, key=lambda each: each.last - each.first, default=None)

    return {
        edge.target: f" {{rank=same; {edge.source}; {edge.target}}}"
        for edge in drawn.edges
        if edge.kind in ("undo", "beside") and frame(edge.source) == frame(edge.target)
    }


def _wrapped(text: str, width: int = 34) -> str:
    """Text with its long lines broken, so that a condition doesn't stretch the whole picture."""
    lines = (wrap(line, width, break_long_words=False, break_on_hyphens=False, subsequent_indent=_indent(line))
             for line in text.split("\n"))  # fmt: skip
    return "\n".join(part for line in lines for part in line or [""])


def _indent(line: str) -> str:
    return " " * (len(line) - len(line.lstrip()))


def _padded(text: str) -> str:
    """The text of an edge, away from the edge itself."""
    return "\n".join(f" {line} " for line in text.split("\n"))


def _quoted(text: str, end: str = "\\n") -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').split("\n")
    return '"' + end.join(escaped) + (end if end != "\\n" else "") + '"'

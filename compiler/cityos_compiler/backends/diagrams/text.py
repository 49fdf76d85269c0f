"""Pictures as Mermaid and DOT text."""

from __future__ import annotations

from textwrap import wrap

from cityos_compiler.backends.diagrams.graph import Node, Picture

_MERMAID = {
    "start": '(["{}"])', "end": '(["{}"])', "failure": '(["{}"])', "wait": '[/"{}"/]', "choice": '{{"{}"}}',
    "pivot": '{{{{"{}"}}}}', "loop": '[["{}"]]', "compensation": '["{}"]', "fork": '(("{}"))',
    "beside": '>"{}"]', "last": '["{}"]', "child": '[["{}"]]',
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
_DOT = {
    "start": ("oval", "#e1effe"), "end": ("oval", "#def7ec"), "failure": ("oval", "#fde8e8"),
    "wait": ("parallelogram", "#fff4d6"), "choice": ("diamond", "#ffffff"), "pivot": ("hexagon", "#9ae6b4"),
    "loop": ("box3d", "#ffffff"), "compensation": ("box", "#fde8e8"), "fork": ("circle", "#ffffff"),
    "beside": ("note", "#f3e8ff"), "last": ("box", "#edf2f7"), "child": ("box3d", "#e1effe"),
}  # fmt: skip


_EDGES = {
    "undo": ', style=dashed, color="#c53030"',
    "beside": ', style=dotted, color="#6b46c1", arrowhead=none',
    "last": ", style=dotted, arrowhead=none",
}


_THICK = ", penwidth=3"


def mermaid(drawn: Picture, taken: frozenset[str] = frozenset()) -> str:
    """A Mermaid flowchart; the nodes of a path that was taken have thick borders."""
    lines = ["flowchart TD"]
    lines += [f"  {node.id}{_shape(node)}" for node in drawn.nodes]
    for edge in drawn.edges:
        arrow = "-->" if edge.kind == "flow" else "-.->"
        label = f'|"{_escaped(edge.label)}"|' if edge.label else ""
        lines.append(f"  {edge.source} {arrow}{label} {edge.target}")
    for kind, style in _CLASSES.items():
        members = [node.id for node in drawn.nodes if node.kind == kind]
        if members:
            lines += [f"  classDef {kind} {style}", f"  class {','.join(members)} {kind}"]
    if taken:
        members = [node.id for node in drawn.nodes if node.id in taken]
        lines += ["  classDef taken stroke-width:4px", f"  class {','.join(members)} taken"]
    return "\n".join(lines) + "\n"


def _shape(node: Node) -> str:
    return _MERMAID.get(node.kind, '["{}"]').format(_escaped(node.label))


def _escaped(text: str) -> str:
    return (
        text.replace("&", "&amp;")
        .replace('"', "#quot;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\n", "<br/>")
    )


def dot(drawn: Picture, title: str, taken: frozenset[str] = frozenset()) -> str:
    """A DOT digraph; the nodes of a path that was taken, and what leads from one to the next, are thick."""
    lines = [
        "digraph workflow {",
        f"  label={_quoted(title)}; labelloc=t; fontname=Helvetica; rankdir=TB; nodesep=0.35; ranksep=0.4;",
        "  node [fontname=Helvetica, fontsize=11, shape=box, style=filled, fillcolor=white, color=gray35];",
        "  edge [fontname=Helvetica, fontsize=9, color=gray35];",
    ]
    for node in drawn.nodes:
        shape, fill = _DOT.get(node.kind, ("box", "#ffffff"))
        dashed = ', style="filled,dashed", color="#c53030"' if node.kind == "compensation" else ""
        label = _quoted(_wrapped(node.label), "\\l" if node.kind == "beside" else "\\n")
        thick = _THICK if node.id in taken else ""
        lines.append(f'  {node.id} [label={label}, shape={shape}, fillcolor="{fill}"{dashed}{thick}];')
    for edge in drawn.edges:
        style = _EDGES.get(edge.kind, "") + (_THICK if {edge.source, edge.target} <= taken else "")
        lines.append(f"  {edge.source} -> {edge.target} [label={_quoted(_wrapped(edge.label, 24))}{style}];")
        if edge.kind in ("undo", "beside"):  # beside its step, so that the flow itself stays in one column
            lines.append(f"  {{rank=same; {edge.source}; {edge.target}}}")
    return "\n".join([*lines, "}"]) + "\n"


def _wrapped(text: str, width: int = 34) -> str:
    """Text with its long lines broken, so that a condition doesn't stretch the whole picture."""
    lines = (wrap(line, width, break_long_words=False, break_on_hyphens=False, subsequent_indent=_indent(line))
             for line in text.split("\n"))  # fmt: skip
    return "\n".join(part for line in lines for part in line or [""])


def _indent(line: str) -> str:
    return " " * (len(line) - len(line.lstrip()))


def _quoted(text: str, end: str = "\\n") -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').split("\n")
    return '"' + end.join(escaped) + (end if end != "\\n" else "") + '"'

"""Pictures as Mermaid and DOT text."""

from __future__ import annotations

from cityos_compiler.backends.diagrams.graph import Node, Picture

_MERMAID = {
    "start": '(["{}"])', "end": '(["{}"])', "failure": '(["{}"])', "wait": '[/"{}"/]', "choice": '{{"{}"}}',
    "pivot": '{{{{"{}"}}}}', "loop": '[["{}"]]', "compensation": '["{}"]', "fork": '(("{}"))',
}  # fmt: skip
_CLASSES = {
    "wait": "fill:#fff4d6,stroke:#b7791f,color:#222",
    "pivot": "fill:#2f855a,stroke:#22543d,color:#fff",
    "compensation": "fill:#fde8e8,stroke:#c53030,color:#222,stroke-dasharray:4 3",
    "end": "fill:#def7ec,stroke:#2f855a,color:#222",
    "failure": "fill:#fde8e8,stroke:#c53030,color:#222",
    "start": "fill:#e1effe,stroke:#2b6cb0,color:#222",
}
_DOT = {
    "start": ("oval", "#e1effe"), "end": ("oval", "#def7ec"), "failure": ("oval", "#fde8e8"),
    "wait": ("parallelogram", "#fff4d6"), "choice": ("diamond", "#ffffff"), "pivot": ("hexagon", "#9ae6b4"),
    "loop": ("box3d", "#ffffff"), "compensation": ("box", "#fde8e8"), "fork": ("circle", "#ffffff"),
}  # fmt: skip


def mermaid(drawn: Picture) -> str:
    """A Mermaid flowchart."""
    lines = ["flowchart TD"]
    lines += [f"  {node.id}{_shape(node)}" for node in drawn.nodes]
    for edge in drawn.edges:
        arrow = "-.->" if edge.kind == "undo" else "-->"
        label = f'|"{_escaped(edge.label)}"|' if edge.label else ""
        lines.append(f"  {edge.source} {arrow}{label} {edge.target}")
    for kind, style in _CLASSES.items():
        members = [node.id for node in drawn.nodes if node.kind == kind]
        if members:
            lines += [f"  classDef {kind} {style}", f"  class {','.join(members)} {kind}"]
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


def dot(drawn: Picture, title: str) -> str:
    """A DOT digraph."""
    lines = [
        "digraph workflow {",
        f"  label={_quoted(title)}; labelloc=t; fontname=Helvetica; rankdir=TB; nodesep=0.35; ranksep=0.4;",
        "  node [fontname=Helvetica, fontsize=11, shape=box, style=filled, fillcolor=white, color=gray35];",
        "  edge [fontname=Helvetica, fontsize=9, color=gray35];",
    ]
    for node in drawn.nodes:
        shape, fill = _DOT.get(node.kind, ("box", "#ffffff"))
        dashed = ', style="filled,dashed", color="#c53030"' if node.kind == "compensation" else ""
        lines.append(f'  {node.id} [label={_quoted(node.label)}, shape={shape}, fillcolor="{fill}"{dashed}];')
    for edge in drawn.edges:
        undo = ', style=dashed, color="#c53030"' if edge.kind == "undo" else ""
        lines.append(f"  {edge.source} -> {edge.target} [label={_quoted(edge.label)}{undo}];")
        if edge.kind == "undo":  # beside its step, so that the flow itself stays in one column
            lines.append(f"  {{rank=same; {edge.source}; {edge.target}}}")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

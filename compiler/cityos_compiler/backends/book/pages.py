"""All pages of the book: Markdown, pictures, and what the site generator wants to know."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cityos_compiler import ir
from cityos_compiler.backends.book import reach, steps
from cityos_compiler.backends.diagrams.draw import draw
from cityos_compiler.backends.diagrams.graph import picture
from cityos_compiler.backends.diagrams.text import dot
from cityos_compiler.schedules import ZONE, in_words, scheduled
from cityos_dsl.expr import types as t
from cityos_dsl.fields import FieldDecl
from cityos_dsl.project import OperationModel, Project

if TYPE_CHECKING:
    from jinja2 import Environment

Files = dict[str, str | bytes]
_PIXELS = 1.1
"""Of the screen for a point of a picture: its 11 points are then 12 pixels."""


def book(project: Project, workflows: list[ir.Workflow]) -> Files:
    """The folder that the site generator builds from, as paths and contents.

    Raises `NoGraphviz` where there is nothing to draw with.
    """
    links = reach.links(workflows)
    by_id = {workflow.id: workflow for workflow in workflows}
    names = {w.id: f"[{w.id} {w.name.removesuffix('Workflow')}](workflows/{page_name(w)}.md)" for w in workflows}
    common: dict[str, Any] = {"project": project, "workflows": workflows, "links": links, "by_id": by_id,
                              "told": reach.told(project)}  # fmt: skip
    files: Files = {"zensical.toml": _page("zensical.toml", **common, categories=_categories(workflows))}
    for workflow in workflows:
        files |= _workflow(project, workflow, links, by_id)
    for name, system in project.systems.items():
        operations = [op for ops in project.operations.values() for op in ops if op.system == name]
        users = _users(workflows, name)
        files[f"docs/systems/{name}.md"] = _page(
            "system.md", project=project, system=system, operations=sorted(operations, key=lambda op: op.name),
            users=users, names=names, webhooks=reach.webhooks(system),
        )  # fmt: skip
    files["docs/index.md"] = _page("index.md", **common, categories=_categories(workflows))
    files["docs/map.svg"] = drawn = draw(_map(workflows, links), "svg")
    files["docs/map.md"] = _page("map.md", **common, names=names, **_shown(drawn))
    files["docs/events.md"] = _page("events.md", **common, names=names, senders=reach.senders)
    files["docs/schedules.md"] = _page("schedules.md", names=names, entries=scheduled(project, workflows), zone=ZONE)
    files["docs/signals.md"] = _page("signals.md", **common, names=names, takers=reach.takers)
    files["docs/models.md"] = _page("models.md", **common)
    files["docs/types.md"] = _page("types.md", types=dict(sorted(project.types.items())))
    files["docs/errors.md"] = _page("errors.md", **common)
    files["docs/stylesheets/book.css"] = _page("book.css")
    files["docs/javascripts/book.js"] = _page("book.js")
    return files


def page_name(workflow: ir.Workflow) -> str:
    """The name of a workflow's page: that of its spec."""
    return Path(workflow.file).stem


def _workflow(project: Project, workflow: ir.Workflow, links: list[reach.Link], by_id: dict[str, ir.Workflow]) -> Files:
    name = page_name(workflow)
    neighbours = {w.id: f"[{w.id} {w.name.removesuffix('Workflow')}]({page_name(w)}.md)" for w in by_id.values()}
    flow = [step for step in ir.all_steps(workflow) if isinstance(step, ir.Do)]
    drawn = draw(dot(picture(workflow), ""), "svg")
    text = _page(
        "workflow.md",
        **_shown(drawn),
        workflow=workflow,
        name=name,
        rows=list(steps.rows(workflow.steps)),
        beside=list(steps.beside(workflow.meanwhile)),
        last=list(steps.rows(workflow.last)),
        incoming=[link for link in links if link.target == workflow.id],
        outgoing=[link for link in links if link.source == workflow.id],
        names=neighbours,
        found_by=reach.found_by,
        operations=flow,
        undone=[step for step in flow if step.undo is not None],
        waits=[step for step in ir.all_steps(workflow) if isinstance(step, ir.Await | ir.Sleep)],
    )
    return {f"docs/workflows/{name}.md": text, f"docs/workflows/{name}.svg": drawn}


def _shown(drawn: bytes) -> dict[str, int]:
    """How many pixels wide a picture is shown, whatever its page has room for, and where its first node is."""
    wide = re.search(rb'<svg width="(\d+)pt"', drawn)
    first = re.search(rb'<title>n0</title>\s*<\w+[^>]*? (?:d|points)="([^"]*)"', drawn)
    places = [float(x) for x in re.findall(rb"(-?[\d.]+),-?[\d.]+", first[1])] if first is not None else [0]
    middle = (min(places) + max(places)) / 2
    return {"width": round(int(wide[1]) * _PIXELS) if wide is not None else 640, "start": round(middle * _PIXELS)}


def _categories(workflows: Iterable[ir.Workflow]) -> dict[str, list[ir.Workflow]]:
    """Workflows by the folder that their specs stand in."""
    found: dict[str, list[ir.Workflow]] = defaultdict(list)
    for workflow in workflows:
        found[Path(workflow.file).parent.name].append(workflow)
    return dict(found)


def _users(workflows: Iterable[ir.Workflow], system: str) -> dict[str, list[str]]:
    """Which workflows use which operation of a system."""
    users: dict[str, list[str]] = defaultdict(list)
    for workflow in workflows:
        for name in sorted({op.name for op in _operations(workflow) if op.system == system}):
            users[name].append(workflow.id)
    return users


def _operations(workflow: ir.Workflow) -> Iterable[OperationModel]:
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Do):
            yield step.operation
        undo = getattr(step, "undo", None)
        if isinstance(undo, ir.Compensation):
            yield undo.operation


def _map(workflows: list[ir.Workflow], links: list[reach.Link]) -> str:
    """The workflows that reach each other, by category."""
    linked = {link.source for link in links} | {link.target for link in links}
    lines = ["digraph city {", "  rankdir=LR; nodesep=0.2; ranksep=0.9; fontname=Helvetica;",
             '  node [fontname=Helvetica, fontsize=11, shape=box, style="filled,rounded", fillcolor=white];',
             "  edge [fontname=Helvetica, fontsize=9, color=gray35];"]  # fmt: skip
    for number, (category, members) in enumerate(_categories(workflows).items()):
        shown = [w for w in members if w.id in linked]
        if shown:
            lines += [f'  subgraph cluster_{number} {{ label="{category}"; color=gray70; style=rounded;']
            lines += [_place(workflow) for workflow in shown]
            lines.append("  }")
    styles = {"event": "", "call": ", style=bold", "start": ", style=bold", "signal": ", style=dashed"}
    lines += [f'  "{k.source}" -> "{k.target}" [label="{k.by or k.how}"{styles[k.how]}];' for k in links]
    return "\n".join([*lines, "}"]) + "\n"


def _place(workflow: ir.Workflow) -> str:
    label = f"{workflow.id}\\n{workflow.name.removesuffix('Workflow')}"
    return f'    "{workflow.id}" [label="{label}", URL="../workflows/{page_name(workflow)}/"];'


def _type(decl: FieldDecl) -> str:
    return t.show(decl.type).replace("|", "\\|") + ("?" if decl.optional else "")


def _cell(text: object) -> str:
    """Text in a cell of a Markdown table."""
    return str(text).replace("\n", " ").replace("|", "\\|")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("cityos_compiler.backends.book"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters |= {"type": _type, "cell": _cell, "show": t.show, "shown": steps.shown, "page": page_name,
                            "words": in_words}  # fmt: skip
    return environment


def _page(template: str, **data: Any) -> str:
    return _environment().get_template(f"{template}.jinja").render(**data)

"""Whether what systems keep is each there once, and what it names exists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from cityos_dsl.diagnostics import Finding, Related, did_you_mean
from cityos_dsl.models import OwnedModel
from cityos_dsl.project import Project
from cityos_dsl.source import Scalar


def check_models(project: Project) -> list[Finding]:
    """What is wrong with the models of all systems."""
    found: list[Finding] = []
    for _, models in groupby(project.models, key=lambda model: model.owner.span.file):
        members = list(models)
        found += _unknown("system", "NAME017", (members[0].owner,), project.systems)
        for model in members:
            found += _wrong(model, project)
    return [*_twice(project.models), *found]


def _twice(models: Iterable[OwnedModel]) -> Iterator[Finding]:
    places: dict[tuple[str, str], OwnedModel] = {}
    for model in models:
        first = places.setdefault((model.system, model.name), model)
        if first is not model:
            related = (Related(first.written.span, "the other one"),)
            message = f"`{model.name}` is a model of `{model.system}` already"
            yield Finding("MODEL001", message, model.written.span, related=related)


def _wrong(model: OwnedModel, project: Project) -> Iterator[Finding]:
    """What a model names that isn't there, and copies where none can be."""
    spec = model.spec
    if spec.type is not None:
        yield from _unknown("type", "TYPE005", (spec.type,), project.types)
    if model.system in project.systems:
        providers = [name.text for name in project.systems[model.system].providers or {}]
        yield from _unknown("provider", "NAME017", spec.providers or (), providers)
    if spec.sync is None:
        return
    yield from _unknown("system", "NAME017", spec.sync.to, project.systems)
    yield from _unknown("event", "NAME012", spec.sync.events or (), project.events)
    for place, target in enumerate(spec.sync.to):
        if target.text == model.system:
            yield Finding("MODEL002", f"`{target.text}` owns it, and needs no copy", target.span, "take it out")
        elif target.text in model.targets[:place]:
            yield Finding("MODEL002", f"`{target.text}` has a copy already", target.span, "take it out")


def _unknown(kind: str, code: str, names: Iterable[Scalar], known: Collection[str]) -> Iterator[Finding]:
    for name in names:
        if name.text not in known:
            message = f"there is no {kind} `{name.text}`"
            yield Finding(code, message, name.span, did_you_mean(name.text, known))

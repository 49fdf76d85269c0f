"""Verifying the workflows of a project, in several processes where that is possible."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.backends.python.manifest import tenants_of
from cityos_compiler.scenarios.model import Scenario
from cityos_compiler.verifying.bounds import Bounds
from cityos_compiler.verifying.exploring import explore
from cityos_compiler.verifying.report import Report, report
from cityos_compiler.verifying.subject import Subject, subject_of
from cityos_dsl.project import Project


@dataclass
class City:
    """A project whose workflows are verified."""

    project: Project
    definitions: Definitions
    scenarios: list[Scenario]

    def subject(self, name: str) -> Subject:
        """A workflow, ready to be searched."""
        return subject_of(self.project, self.definitions, name, self.scenarios, tenants_of(self.project))

    def verify(self, name: str, bounds: Bounds) -> Report:
        """Search one workflow."""
        subject = self.subject(name)
        return report(explore(subject, bounds), self._excuses(subject))

    def _excuses(self, subject: Subject) -> dict[str, str]:
        """What the workflow's scenario files say needs no exercise."""
        own = (subject.workflow.id, subject.workflow.name)
        excused: Mapping[str, Any] = {}
        for scenario in self.scenarios:
            if scenario.workflow in own:
                excused = {**excused, **scenario.unexercised}
        return dict(excused)


_CITY: list[City] = []
"""What a forked process inherits."""


def verify_all(city: City, names: Sequence[str], bounds: Bounds, workers: int) -> Iterator[Report]:
    """Search several workflows; the reports in the order of the names."""
    if workers <= 1 or len(names) <= 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield from (city.verify(name, bounds) for name in names)
        return
    _CITY[:] = [city]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
        for done in [pool.submit(_verify, name, bounds) for name in names]:
            yield done.result()


def _verify(name: str, bounds: Bounds) -> Report:
    return _CITY[0].verify(name, bounds)

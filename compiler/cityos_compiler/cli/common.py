"""What several commands share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cityos_dsl.root import find_root

if TYPE_CHECKING:
    from cityos_compiler.passes import Checked
    from cityos_compiler.verifying.city import City


def project_root(start: str | None = None) -> Path:
    """The project at or above the working directory.

    Raises click.ClickException where there is none.
    """
    root = find_root(Path(start or ".").resolve())
    if root is None:
        raise click.ClickException(
            "no project here: no specs/cityos.yaml at or above this folder. `cityosc new` makes one."
        )
    return root


def checked_project(root: Path) -> Checked:
    """The checked project, for commands that need one without errors.

    Raises click.exceptions.Exit with code 1 after showing the findings.
    """
    from cityos_compiler.passes import check
    from cityos_compiler.render import has_color, human

    checked = check(root)
    if checked.has_errors:
        click.echo(human(checked.findings, checked.project.texts, color=has_color(sys.stderr)), err=True)
        raise click.exceptions.Exit(1)
    return checked


def lowered_project(root: Path) -> Checked:
    """The project, for commands that run workflows whatever rules say of them.

    Raises click.exceptions.Exit with code 1, after showing why, where something can't be read or lowered.
    """
    from cityos_compiler.passes import check
    from cityos_compiler.render import has_color, human
    from cityos_compiler.rules import all_rules
    from cityos_dsl.diagnostics import Severity

    found = check(root)
    rules = all_rules().keys()
    wrong = [each for each in found.findings if each.severity is Severity.ERROR and each.code not in rules]
    if wrong:
        click.echo(human(wrong, found.project.texts, color=has_color(sys.stderr)), err=True)
        raise click.exceptions.Exit(1)
    return found


def verified_city(root: Path, checked: Checked) -> City:
    """The project's workflows with their scenarios, ready to be searched."""
    from cityos_compiler.backends.definition.document import Definitions
    from cityos_compiler.scenarios.model import read_scenarios
    from cityos_compiler.verifying.city import City

    scenarios, _, _ = read_scenarios(root / "specs" / "tests", root)
    return City(checked.project, Definitions(checked.project, checked.workflows), scenarios)


def fresh_generated(root: Path, checked: Checked) -> Path:
    """The folder of generated code, which must be what the specs say.

    Raises click.ClickException where it is older than the specs.
    """
    from cityos_compiler import disk
    from cityos_compiler.backends.python.generate import generate

    folder = root / "generated"
    if not disk.compare(folder, generate(checked.project, checked.workflows)).is_clean:
        raise click.ClickException("the generated code is not what the specs say: run `cityosc compile`")
    return folder

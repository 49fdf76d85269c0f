"""`cityosc compile`."""

from __future__ import annotations

import click

from cityos_compiler.cli.common import checked_project, project_root


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 and a diff where anything is out of date.")
@click.option("--force", is_flag=True, help="Overwrite generated files that were edited by hand.")
def compile_command(check: bool, force: bool) -> int:
    """Compile the specs to Temporal code in `generated/`.

    Unchanged files are left alone and stale ones removed. A generated file that was edited by hand is refused:
    change the spec instead, or take the edit back.
    """
    from cityos_compiler import disk
    from cityos_compiler.backends.python.generate import generate

    root = project_root()
    checked = checked_project(root)
    files = generate(checked.project, checked.workflows)
    folder = root / "generated"
    changes = disk.compare(folder, files)
    if check:
        if changes.is_clean:
            click.echo(f"{len(files)} generated files are up to date")
            return 0
        click.echo(disk.diff(folder, files, changes), nl=False)
        click.echo(
            f"{len(changes.written)} out of date, {len(changes.removed)} stale: run `cityosc compile`",
            err=True,
        )
        return 1
    if changes.edited and not force:
        for path in changes.edited:
            click.echo(f"generated/{path} was edited by hand", err=True)
        raise click.ClickException("change the spec instead and take the edit back; --force overwrites it")
    disk.write(folder, files, changes)
    number = len(checked.workflows)
    click.echo(f"{number} workflow{'s' * (number != 1)}: {len(changes.written)} files written, "
               f"{len(changes.removed)} removed, {changes.unchanged} unchanged")  # fmt: skip
    return 0

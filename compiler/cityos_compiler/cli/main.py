"""The `cityosc` command. Commands are imported when they are called: `--help` and `--version` start in a blink."""

from __future__ import annotations

import os
import sys

#: The commands by name: where each is defined, and what it says about itself in the list.
COMMANDS = {
    "new": ("new", "Make an empty project, ready to lint."),
    "lint": ("lint", "Check every spec and say what is wrong, where, and what to do."),
    "fmt": ("fmt", "Format specs: one order, one style, every comment kept."),
    "lsp": ("lsp", "Serve an editor: diagnostics, completion, hover, rename."),
    "compile": ("compile", "Write the Temporal code of every workflow."),
    "graph": ("graph", "Draw a workflow: Mermaid, DOT, SVG or PNG."),
    "docs": ("docs", "Build the book of the project: a site to read in a browser."),
    "inventory": ("inventory", "List what the specs contain."),
    "explain": ("explain", "Explain a finding's code, or a workflow with its wiring."),
    "run": ("run", "Run a workflow and show its steps as they happen."),
    "simulate": ("simulate", "Play a workflow from its spec in virtual time, with faults and signals on demand."),
    "event": ("talk", "Give the city an event or signal; it finds its workflows, or starts them."),
    "signal": ("talk", "Send a signal to one running workflow."),
    "query": ("talk", "Ask a running workflow."),
    "decide": ("talk", "Say what is to become of a parked step, or of a dead message."),
    "schedules": ("schedules", "Set up what the workflows' schedules say."),
    "worker": ("worker", "Serve task queues."),
    "sandbox": ("sandbox", "Serve the sandbox city: all systems, over HTTP."),
    "demo": ("demo", "Place an order, break one, onboard a vendor: the tour."),
    "test": ("scenarios", "Run the scenario tests in virtual time."),
    "verify": ("verify", "Try every path of the workflows within bounds, and say where one goes wrong."),
}


def version() -> str:
    """The installed version."""
    from importlib.metadata import version as installed

    return installed("cityosc")


def usage() -> str:
    """The help of the command itself."""
    width = max(len(name) for name in COMMANDS)
    lines = "\n".join(f"  {name.ljust(width)}  {text}" for name, (_, text) in COMMANDS.items())
    return (
        "usage: cityosc COMMAND [OPTIONS]\n\n"
        "Business workflows as YAML specs: checked, compiled to readable Temporal code, and run.\n\n"
        f"commands:\n{lines}\n\n"
        "  cityosc COMMAND --help   says more of one\n"
        "  cityosc --version\n\n"
        "exit codes: 0 fine, 1 findings or a failed run, 2 wrong usage\n"
    )


def main(arguments: list[str]) -> int:
    """Run the command; returns its exit code."""
    if not arguments or arguments[0] in ("--help", "-h", "help"):
        sys.stdout.write(usage())
        return 0 if arguments else 2
    if arguments[0] in ("--version", "-V"):
        sys.stdout.write(f"cityosc {version()}\n")
        return 0
    if arguments[0] not in COMMANDS:
        import difflib

        near = difflib.get_close_matches(arguments[0], COMMANDS, n=1)
        hint = f" Did you mean `{near[0]}`?" if near else ""
        sys.stderr.write(f"cityosc: there is no command `{arguments[0]}`.{hint} `cityosc --help` lists them.\n")
        return 2
    return _call(arguments[0], arguments[1:])


def _call(name: str, arguments: list[str]) -> int:
    import importlib

    import click

    module = importlib.import_module(f"cityos_compiler.cli.{COMMANDS[name][0]}")
    command: click.Command = getattr(module, f"{name}_command")
    try:
        result = command.main(args=arguments, prog_name=f"cityosc {name}", standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except click.ClickException as error:
        error.show()
        return 1
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("stopped\n")
        return 130
    return result if isinstance(result, int) else 0


def run() -> None:
    """The console script.

    It leaves by ``os._exit``: a process that used a Temporal worker can abort while the interpreter shuts down.
    """
    try:
        code = main(sys.argv[1:])
    except BrokenPipeError:
        os._exit(1)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = 1
    os._exit(code)

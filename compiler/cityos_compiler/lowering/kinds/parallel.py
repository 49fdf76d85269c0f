"""Lowering of `parallel`."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.lowering.env import Env, maybe
from cityos_compiler.lowering.steps import Lowered, Lowering, lowers
from cityos_dsl.spec import steps as s


@lowers(s.Parallel)
def parallel(low: Lowering, step: s.Parallel, env: Env) -> Lowered:
    """Branches at once; each begins with what is known here, and all of their results are known after them."""
    name = low.name(step, step.parallel.text)
    named: list[tuple[str, tuple[s.Step, ...]]] = []
    if isinstance(step.branches, dict):
        named = [(key.text, steps) for key, steps in step.branches.items()]
    else:
        named = [((x.name.text if x.name else f"branch{i}"), (x,)) for i, x in enumerate(step.branches)]
    first = step.first is not None and step.first.text == "true"
    branches, after = [], env
    for branch, steps in named:
        block, end = low.block(steps, env)
        branches.append((branch, block))
        for result, kind in (end.results if end is not None else {}).items():
            if result not in env.results:
                after = after.with_result(result, maybe(kind) if first else kind)
    return ir.Parallel(name=name, branches=tuple(branches), first=first), after

"""What the steps of a workflow declare and assign: state, and named values for what takes them."""

from __future__ import annotations

from collections.abc import Mapping

from cityos_compiler import ir
from cityos_compiler.lowering.env import Env, maybe
from cityos_compiler.lowering.naming import Naming
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.fields import PRIMITIVES
from cityos_dsl.source import Mapping as YamlMapping
from cityos_dsl.source import Node, Scalar


class Declaring(Naming):
    """Variables and assignments of one workflow's steps."""

    def local_state(self, node: YamlMapping | None, env: Env) -> tuple[tuple[ir.Local, ...], Env]:
        """Lower `state:`; each variable sees the ones before it."""
        variables = []
        for key, value in node or ():
            local = self.variable(key, value, env)
            variables.append(local)
            kind = local.type if local.init is not None or local.name in self.misread else maybe(local.type)
            env = env.with_locals({local.name: kind})
        return tuple(variables), env

    def variable(self, key: Scalar, node: Node, env: Env) -> ir.Local:
        """A variable: a type, an initial value, or both; a name with ``?`` begins as null."""
        name = key.text.removesuffix("?")
        if isinstance(node, Scalar) and not self._is_type(node):
            init = self.values.expr(node, env)
            if init is None:
                self.misread.add(name)
            kind = init.type if init else t.ANY
            optional = key.text.endswith("?") and init is not None and not isinstance(kind, t.OptionalType)
            if not optional and not isinstance(kind, t.OptionalType):
                self.never_null.add(name)
            return ir.Local(name=name, type=t.OptionalType(kind) if optional else kind, init=init, span=key.span)
        decl = self.types.field(key, node, "State")
        init = None
        if "init" in decl.options:
            init = self.values.expr(decl.options["init"], env, decl.full_type)
            if init is None:
                self.misread.add(name)
        elif isinstance(decl.type, t.ListType | t.MapType) and not decl.optional:
            empty = "[]" if isinstance(decl.type, t.ListType) else "{}"
            init = self.values.expr(Scalar(empty, key.span), env, decl.type)
        if not isinstance(decl.full_type, t.OptionalType):
            self.never_null.add(name)
        declared = decl.data_class if "class" in decl.options else "public"
        return ir.Local(name=name, type=decl.full_type, init=init, data_class=declared, span=key.span)

    def _is_type(self, node: Scalar) -> bool:
        text = node.text.strip().removesuffix("?")
        return text in PRIMITIVES or text in self.project.types or " | " in text

    def assigned(self, node: Mapping[Scalar, Node] | None, env: Env, expected: Mapping[str, t.Type], owner: str,
                 code: str = "NAME016") -> list[tuple[str, ir.Value]]:  # fmt: skip
        """Lower named values against the fields that they fill."""
        values = []
        for key, value in (node or {}).items():
            if key.text not in expected:
                self.values.refuse(
                    code, f"{owner} has no `{key.text}`", key.span, did_you_mean(key.text, expected, "it has")
                )
                continue
            lowered = self.values.value(value, env, expected[key.text])
            if lowered is not None:
                values.append((key.text, lowered))
        return values

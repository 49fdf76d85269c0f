"""Names of the specs as names of Python."""

from __future__ import annotations

import inspect
import re

import pytest
from cityos_compiler.backends.python.naming import OF_A_WORKFLOW, query_method
from cityos_runtime import City

from cityos_dsl.fields import snake


@pytest.mark.parametrize(
    ("name", "python"),
    [
        ("capturePayment", "capture_payment"),
        ("createERPSupplierRecord", "create_erp_supplier_record"),
        ("convertPOToOrder", "convert_po_to_order"),
        ("B2BInvoicing", "b2b_invoicing"),
        ("step2Retry", "step2_retry"),
        ("payment.intent.captured", "payment_intent_captured"),
    ],
)
def test_snake(name: str, python: str) -> None:
    assert snake(name) == python


@pytest.mark.parametrize(
    ("query", "method"), [("getTour", "get_tour"), ("status", "status_query"), ("carryOut", "carry_out_query")]
)
def test_a_query_takes_no_name_that_a_workflow_has(query: str, method: str) -> None:
    assert query_method(query) == method


def test_every_name_that_a_workflow_has_is_known() -> None:
    runtime = {name for name in dir(City) if not name.startswith("_")}
    sources = [inspect.getsource(base) for base in City.__mro__ if base.__module__.startswith("cityos_runtime")]
    set_up = {name for text in sources for name in re.findall(r"^\s+self\.([a-z]\w*) = ", text, re.MULTILINE)}
    assert runtime - {"get_workflow_status"} | set_up == OF_A_WORKFLOW - {"beside", "done", "last", "run", "steps"}

"""Names of the specs as names of Python."""

from __future__ import annotations

import pytest

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

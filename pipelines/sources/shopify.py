"""Shopify orders and customers, as Shopify's export writes them.

An order takes one row per line item and its order cells stand only on the first; Excel-safe apostrophes lead ids and phones.
Lands in `raw_shopify`, all columns as text; filling down is staging's.
"""

from pipelines.sources.preset import Preset, Table

_ADDRESS = ("Name", "Street", "Address1", "Address2", "Company", "City", "Zip", "Province", "Province Name", "Country", "Phone")

ORDERS = {
    "name": ("Name",),
    "email": ("Email",),
    "financial_status": ("Financial Status",),
    "paid_at": ("Paid at", "processed_at"),
    "fulfillment_status": ("Fulfillment Status",),
    "fulfilled_at": ("Fulfilled at",),
    "accepts_marketing": ("Accepts Marketing", "buyer_accepts_marketing"),
    "currency": ("Currency",),
    "subtotal": ("Subtotal", "subtotal_price"),
    "shipping": ("Shipping",),
    "taxes": ("Taxes", "total_tax"),
    "total": ("Total", "total_price"),
    "discount_code": ("Discount Code",),
    "discount_amount": ("Discount Amount", "total_discounts"),
    "shipping_method": ("Shipping Method",),
    "created_at": ("Created at",),
    "lineitem_quantity": ("Lineitem quantity",),
    "lineitem_name": ("Lineitem name",),
    "lineitem_price": ("Lineitem price",),
    "lineitem_compare_at_price": ("Lineitem compare at price",),
    "lineitem_sku": ("Lineitem sku",),
    "lineitem_requires_shipping": ("Lineitem requires shipping",),
    "lineitem_taxable": ("Lineitem taxable",),
    "lineitem_fulfillment_status": ("Lineitem fulfillment status",),
    **{
        f"{kind}_{field.lower().replace(' ', '_')}": (f"{kind.title()} {field}", f"{kind}_address_{field.lower()}")
        for kind in ("billing", "shipping")
        for field in _ADDRESS
    },
    "notes": ("Notes", "note"),
    "note_attributes": ("Note Attributes",),
    "cancelled_at": ("Cancelled at",),
    "payment_method": ("Payment Method",),
    "payment_reference": ("Payment Reference",),
    "refunded_amount": ("Refunded Amount",),
    "vendor": ("Vendor",),
    "outstanding_balance": ("Outstanding Balance",),
    "employee": ("Employee",),
    "location": ("Location",),
    "device_id": ("Device ID",),
    "id": ("Id",),
    "customer_id": ("customer_id",),
    "tags": ("Tags",),
    "risk_level": ("Risk Level",),
    "source": ("Source", "source_name"),
    "lineitem_discount": ("Lineitem discount",),
}

CUSTOMERS = {
    "customer_id": ("Customer ID", "id"),
    "first_name": ("First Name",),
    "last_name": ("Last Name",),
    "email": ("Email",),
    "accepts_email_marketing": ("Accepts Email Marketing", "accepts_marketing"),
    "company": ("Default Address Company",),
    "address1": ("Default Address Address1",),
    "address2": ("Default Address Address2",),
    "city": ("Default Address City",),
    "province_code": ("Default Address Province Code",),
    "country_code": ("Default Address Country Code",),
    "zip": ("Default Address Zip",),
    "default_address_phone": ("Default Address Phone",),
    "phone": ("Phone",),
    "accepts_sms_marketing": ("Accepts SMS Marketing",),
    "total_spent": ("Total Spent",),
    "total_orders": ("Total Orders", "orders_count"),
    "note": ("Note",),
    "tax_exempt": ("Tax Exempt",),
    "tags": ("Tags",),
    "created_at": ("created_at",),
    "updated_at": ("updated_at",),
}

PRESET = Preset(
    name="shopify",
    title="Shopify",
    kind="commerce",
    where="Orders → Export, Customers → Export, as plain CSV",
    tables=(
        Table(name="orders", description="One row per line item and export", files=("*order*",), columns=ORDERS, required=("name", "created_at", "total")),
        Table(name="customers", description="One row per customer and export", files=("*customer*",), columns=CUSTOMERS, required=("customer_id", "email")),
    ),
)

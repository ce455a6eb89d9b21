"""The picture of the entities says what dbt's tests prove, and nothing else."""

from xml.etree import ElementTree

from pipelines.site.entities import Relation, entities, picture, relations


def model(name: str, schema: str = "marts", access: str = "public") -> dict:
    return {"resource_type": "model", "name": name, "schema": schema, "access": access, "description": f"One row per {name}. More words."}


def proof(kind: str, child: str, column: str, **arguments: str) -> dict:
    return {"resource_type": "test", "attached_node": f"model.svod.{child}", "column_name": column, "test_metadata": {"name": kind, "kwargs": arguments}}


NODES = [
    model("customers"), model("orders"), model("order_lines"), model("customer_360"), model("steps", "profile", "protected"),
    model("lapsing", "segments"), model("segment_members", "segments"),
    proof("relationships", "orders", "customer_id", to="ref('customers')"), proof("relationships", "order_lines", "order_id", to="ref('orders')"),
    proof("relationships", "customer_360", "customer_id", to="ref('customers')"), proof("unique", "customer_360", "customer_id"),
    proof("relationships", "steps", "customer_id", to="ref('customers')"), proof("unique", "orders", "order_id"),
]  # fmt: skip
MANIFEST = {"nodes": {str(number): node for number, node in enumerate(NODES)}}


def test_what_readers_are_promised_is_shown_and_steps_on_the_way_are_not():
    assert entities(MANIFEST) == {name: f"One row per {name}" for name in ("customer_360", "customers", "order_lines", "orders", "segment_members")}


def test_relations_are_those_that_tests_prove():
    assert relations(MANIFEST) == [
        Relation("customer_360", "customer_id", "customers", True),
        Relation("orders", "customer_id", "customers", False),
        Relation("order_lines", "order_id", "orders", False),
    ]


def test_the_picture_holds_every_table_once_and_a_line_per_relation():
    root = ElementTree.fromstring(picture(MANIFEST))
    space = {"svg": "http://www.w3.org/2000/svg"}
    boxes = {(box.get("x"), box.get("y")) for box in root.iterfind(".//svg:rect", space)}
    assert len(boxes) == len(entities(MANIFEST))
    assert len(root.findall(".//svg:path", space)) == len(relations(MANIFEST))

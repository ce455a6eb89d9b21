"""A scenario that another one enters, from the files to the text that somebody reads."""

from datetime import UTC, datetime, timedelta

from typer.testing import CliRunner

from pipelines.campaigns.schema import Policy
from pipelines.cli import app
from pipelines.messages.render import renderer
from pipelines.sending.claim import Terms, claim
from pipelines.settings import settings
from pipelines.warehouse import connect
from tests.pipelines.campaigns.engine import marts
from tests.pipelines.campaigns.scenario_folders import scenario

ENTERING = """
scenario: basket
version: 1
title: {en: Basket, ru: Корзина}
status: live
purpose: transactional
entry: {event: {event: cart_updated}}
steps:
  - id: on
    enter: spring
"""
ENTERED = """
scenario: spring
version: 1
title: {en: Spring, ru: Весна}
status: live
purpose: transactional
entry: {segment: new_customers}
steps:
  - id: hello
    send: {channel: sms, template: hello}
"""
LINKS = dict.fromkeys(("unsubscribe_url", "preferences_url", "view_url"), "https://example.com/")


def test_a_message_of_the_entered_scenario_speaks_of_the_event_that_the_entering_one_began_with(data, tmp_path, monkeypatch):
    happened, folder = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=2), tmp_path / "campaigns"
    scenario(folder, ENTERING, "basket", templates=())
    scenario(folder, ENTERED)
    (folder / "spring/templates/hello/sms.ru.txt").write_text("{{ e.amount }}: {{ e.properties.item }}")
    monkeypatch.setenv("SVOD_CAMPAIGNS", str(folder))
    settings.cache_clear()
    with connect() as connection:
        marts.of_one(connection)
        connection.execute("insert into marts.customer_channels values ('c', 'sms', 'phone', '+79990000000', true, false)")
        connection.execute(
            "insert into marts.customer_timeline (event_id, customer_id, event_name, occurred_at, amount, properties) values ('cart', 'c', 'cart_updated', $at, 12, $said)",
            {"at": happened, "said": '{"item": "Чайник"}'},
        )
    ticked = CliRunner().invoke(app, ["campaigns", "tick"])
    assert ticked.exit_code == 0, ticked.output
    batch, _ = claim(Terms("sms", "dry_run", "none", 10, 3, 60.0), lambda *_: None)
    batch.journal.close()
    with renderer(folder, Policy()) as render:
        (written,) = render([row | LINKS for row in batch.rows])
    assert written.text == "12.0: Чайник"

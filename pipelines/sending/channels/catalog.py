"""Which channel settings make. E-mail is not here: it needs more than settings."""

from collections.abc import Callable

from pipelines.sending.channel import Channel
from pipelines.sending.channels.settings import ChannelSettings, SmppSettings, SmsGatewaySettings, TelegramSettings, WebhookSettings, WebPushSettings


def channel(settings: ChannelSettings, on_inbound: Callable[[dict], None]) -> Channel:
    """The channel of these settings. `on_inbound` keeps what comes back by the same connection: receipts and replies, as lines of `<data>/responses`."""
    from pipelines.sending.channels.smpp import Smpp
    from pipelines.sending.channels.sms_gateway import SmsGateway
    from pipelines.sending.channels.telegram import Telegram
    from pipelines.sending.channels.web_push import WebPush
    from pipelines.sending.channels.webhook import Webhook

    made = {SmsGatewaySettings: SmsGateway, TelegramSettings: Telegram, WebPushSettings: WebPush, WebhookSettings: Webhook}
    return Smpp(settings, on_inbound) if isinstance(settings, SmppSettings) else made[type(settings)](settings)

"""The thread that speaks SMPP 3.4 with an SMS centre: sends PDUs ahead of their answers, acknowledges what comes in, tests a silent link.

smpplib blocks, so one thread owns the socket. Others hand it work through a queue and a pair of sockets that wakes it; it answers through
the function given with the work. What it had sent when the link was lost is unknown; what it had not is deferred.
"""

import logging
import select
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable

from smpplib import consts, exceptions, smpp
from smpplib.client import Client

from pipelines.sending.channel import UNREACHABLE, Result
from pipelines.sending.channels.settings import SmppSettings
from pipelines.sending.channels.smpp_work import Work

LOG = "smpp"
logging.getLogger(LOG).setLevel(logging.ERROR)  # below it, smpplib writes out whole PDUs with their numbers and texts


class Conversation(Client):
    """smpplib's client, with TLS that checks the name of the server."""

    def _create_socket(self) -> socket.socket:
        plain = socket.create_connection((self.host, self.port), timeout=self.timeout)
        return self._ssl_context.wrap_socket(plain, server_hostname=self.host) if self._ssl_context else plain

    def connect(self) -> None:
        self._socket = self._create_socket()
        self.state = consts.SMPP_CLIENT_STATE_OPEN


class Link(threading.Thread):
    """One bound session. It ends when told to, or when the link is lost; then a new one is made."""

    def __init__(self, settings: SmppSettings, deliver: Callable[[object], int]) -> None:
        super().__init__(daemon=True, name="smpp")
        self.settings, self.deliver = settings, deliver
        self.queue: deque[Work] = deque()
        self.waiting: dict[int, Work] = {}
        self.lock, self.is_open, self.stop_asked = threading.Lock(), True, False
        self.waker, self.woken = socket.socketpair()

    def submit(self, work: Work) -> bool:
        """Take a message; false if the link has ended."""
        with self.lock:
            if self.is_open:
                self.queue.append(work)
                self.waker.send(b".")
            return self.is_open

    def stop(self) -> None:
        with self.lock:
            if self.is_open:
                self.stop_asked = True
                self.waker.send(b".")

    def run(self) -> None:
        why = Result(outcome="deferred", code=UNREACHABLE)
        client = None
        try:
            context = ssl.create_default_context() if self.settings.tls else None
            client = Conversation(
                self.settings.host, self.settings.port, self.settings.timeout, logger_name=LOG, ssl_context=context, allow_unknown_opt_params=True
            )
            client.set_message_sent_handler(self._answered)
            client.set_error_pdu_handler(self._answered)
            client.set_message_received_handler(self.deliver)
            client.connect()
            password = self.settings.password.get_secret_value()
            client.bind_transceiver(system_id=self.settings.system_id, password=password, system_type=self.settings.system_type, interface_version=0x34)
            self._converse(client)
        except exceptions.PDUError as error:
            status = f"{error.args[1]:#04x}" if len(error.args) > 1 else "no status"
            why = Result(outcome="deferred", code=UNREACHABLE, diagnostic=f"the SMS centre refused the session: {status}")
        except Exception as error:  # a lost link, or a peer that speaks no SMPP: smpplib raises many kinds
            why = Result(outcome="deferred", code=UNREACHABLE, diagnostic=type(error).__name__)
        finally:
            self._end(client, why)

    def _converse(self, client: Conversation) -> None:
        heard_at, tested_at = time.monotonic(), 0.0
        while not (self.stop_asked and not self.queue and not self.waiting):
            self._send(client)
            if client._socket.__class__ is not ssl.SSLSocket or not client._socket.pending():
                readable, _, _ = select.select([client._socket, self.woken], [], [], min(1.0, self.settings.enquire_every, self.settings.timeout))
            else:
                readable = [client._socket]
            if self.woken in readable:
                self.woken.recv(4096)
            now = time.monotonic()
            if client._socket in readable:
                client.read_once(auto_send_enquire_link=False)
                heard_at = now
            elif now - heard_at > self.settings.enquire_every:
                if tested_at > heard_at and now - tested_at > self.settings.timeout:
                    raise exceptions.ConnectionError("silent")
                if tested_at <= heard_at:
                    client.send_pdu(smpp.make_pdu("enquire_link", client=client))
                    tested_at = now
            self._give_up(now)

    def _send(self, client: Conversation) -> None:
        """As many messages as the window has room for, each with all its parts."""
        while self.queue and len(self.waiting) < self.settings.connections:
            work = self.queue.popleft()
            work.sent_at = time.monotonic()
            pdus = [smpp.make_pdu("submit_sm", client=client, **part) for part in work.parts]
            self.waiting |= {pdu.sequence: work for pdu in pdus}  # before anything is written: what is lost now is unknown
            for pdu in pdus:
                client.send_pdu(pdu)

    def _answered(self, pdu: object) -> None:
        """An answer to one part: taken, refused, or refused as no PDU at all (generic_nack)."""
        work = self.waiting.pop(pdu.sequence, None)
        if work is None:
            return
        if pdu.is_error():
            work.errors.append(pdu.status)
        else:
            work.ids.append((pdu.message_id or b"").decode("latin-1"))
        if len(work.ids) + len(work.errors) == len(work.parts):
            work.settle(work.judged())

    def _give_up(self, now: float) -> None:
        for sequence, work in list(self.waiting.items()):
            if now - work.sent_at > self.settings.timeout:
                del self.waiting[sequence]
                work.settle(Result(outcome="unknown", code="no_answer", diagnostic="the SMS centre did not answer in time"))

    def _end(self, client: Conversation | None, why: Result) -> None:
        with self.lock:
            self.is_open = False
        for work in {id(work): work for work in self.waiting.values()}.values():
            work.settle(Result(outcome="unknown", code="link_lost", diagnostic="the link was lost before the SMS centre answered"))
        while self.queue:
            self.queue.popleft().settle(why)
        if client and client._socket:
            try:
                if self.stop_asked:
                    client.send_pdu(smpp.make_pdu("unbind", client=client))
                    client._socket.settimeout(1)
                    client.read_pdu()
            except Exception as error:  # it is over either way
                logging.getLogger(LOG).debug("unbind: %s", type(error).__name__)
            client.disconnect()
        self.waker.close()
        self.woken.close()

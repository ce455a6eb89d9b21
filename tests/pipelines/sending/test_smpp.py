"""SMPP against a real SMS centre on loopback: encodings, parts, refusals, lost links, receipts."""

import asyncio
import struct
import time

import pytest
import smpp34
from certificates import self_signed
from messages import CYRILLIC, message
from smsc import Smsc, free_port

from pipelines.sending.channels.settings import SmppSettings
from pipelines.sending.channels.smpp import Smpp


def settings(port: int, **more) -> SmppSettings:
    given = {"host": "127.0.0.1", "port": port, "system_id": "svod", "password": "secret", "sender": "Lavka", "timeout": 5, "enquire_every": 5}
    return SmppSettings(**given | more)


def sent(texts: list[str], refuse=lambda part, number: None, **more):
    """The outcomes of these texts, sent at once, and the parts that the SMS centre saw."""

    async def run():
        async with Smsc(refuse) as smsc, Smpp(settings(smsc.port, **more), lambda told: None) as channel:
            jobs = [channel.send(message("sms", "+79001234567", text, number=place + 1)) for place, text in enumerate(texts)]
            return await asyncio.gather(*jobs), smsc.parts

    return asyncio.run(run())


def test_a_latin_text_goes_as_one_gsm7_part_and_a_cyrillic_one_in_ucs2_parts_with_headers():
    (latin, cyrillic), parts = sent(["Your code: 123 @£€", CYRILLIC])
    assert latin.outcome == cyrillic.outcome == "accepted"
    # The SMS centre works on parts side by side, so that they are noted in any order.
    short, *long = sorted(parts, key=lambda part: (part.data_coding, part.short_message))
    assert (short.data_coding, short.esm_class, short.short_message) == (0, 0, b"Your code: 123 \x00\x01\x1be")
    assert (short.destination_addr, short.dest_addr_ton, short.source_addr, short.source_addr_ton) == ("79001234567", 1, "Lavka", 5)
    assert short.registered_delivery == 1
    assert [(part.data_coding, part.esm_class, part.short_message[:6]) for part in long] == [(8, 0x40, bytes([5, 0, 3, 2, 2, n])) for n in (1, 2)]
    assert b"".join(part.short_message[6:] for part in long).decode("utf-16-be") == CYRILLIC
    assert sorted([latin.provider_message_id, *cyrillic.provider_message_id.split(",")]) == ["smsc-1", "smsc-2", "smsc-3"]


@pytest.mark.parametrize(
    ("status", "outcome", "is_recipient"),
    [
        (smpp34.ESME_RSYSERR, "deferred", False),
        (smpp34.ESME_RTHROTTLED, "deferred", False),
        (smpp34.ESME_RMSGQFUL, "deferred", False),
        (smpp34.ESME_RINVDSTADR, "failed", True),
        (0x45, "failed", False),
    ],
)
def test_a_refusal_says_whether_it_may_be_tried_again_and_whose_fault_it_is(status, outcome, is_recipient):
    (result,), _ = sent(["Hello"], lambda part, number: status)
    assert (result.outcome, result.code, result.is_recipient) == (outcome, f"smpp_{status:#04x}", is_recipient)
    # A system error may be of one message: it holds up no other.
    assert (result.retry_after is not None) == (status in (smpp34.ESME_RTHROTTLED, smpp34.ESME_RMSGQFUL))


def test_one_refused_message_harms_no_other():
    results, _ = sent(["bad" if place == 5 else "good" for place in range(10)], lambda part, number: 0x0B if part.short_message == b"bad" else None)
    assert [result.outcome for result in results] == ["accepted"] * 5 + ["failed"] + ["accepted"] * 4


def test_a_message_of_which_only_some_parts_were_taken_is_never_sent_again():
    (result,), parts = sent([CYRILLIC], lambda part, number: smpp34.ESME_RTHROTTLED if number == 2 else None)
    assert result.outcome == "unknown" and "1 of 2 parts" in result.diagnostic and len(parts) == 2


def test_no_answer_is_unknown():
    (result,), parts = sent(["Hello"], lambda part, number: -1, timeout=0.4)
    assert result.outcome == "unknown" and len(parts) == 1


def test_what_was_sent_before_the_link_was_lost_is_unknown_and_the_next_message_makes_a_new_link():
    async def run():
        gate = asyncio.Event()

        async def cut(reader, writer):
            """Binds, then hangs up in the face of the first submit_sm."""
            header = await reader.readexactly(16)
            await reader.readexactly(int.from_bytes(header[:4]) - 16)
            body = b"test\0"
            writer.write((16 + len(body)).to_bytes(4) + (0x80000009).to_bytes(4) + bytes(4) + header[12:16] + body)
            await reader.readexactly(16)
            gate.set()
            writer.transport.abort()

        server = await asyncio.start_server(cut, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with Smpp(settings(port), lambda told: None) as channel:
            lost = await channel.send(message("sms", "+79001234567"))
            assert gate.is_set()
            server.close()
            refused = await channel.send(message("sms", "+79001234567"))
            return lost, refused

    lost, refused = asyncio.run(run())
    assert (lost.outcome, lost.code) == ("unknown", "link_lost")
    assert (refused.outcome, refused.code) == ("deferred", "unreachable")


def test_a_centre_that_is_not_there_or_speaks_something_else_defers():
    async def chatter(reader, writer):
        writer.write(b"220 mail.example.com ESMTP\r\n")
        await reader.read()

    async def run():
        server = await asyncio.start_server(chatter, "127.0.0.1", 0)
        results = []
        for port in (free_port(), server.sockets[0].getsockname()[1]):
            async with Smpp(settings(port, timeout=0.4), lambda told: None) as channel:
                results.append(await channel.send(message("sms", "+79001234567")))
        server.close()
        return results

    assert [result.outcome for result in asyncio.run(run())] == ["deferred", "deferred"]


@pytest.mark.parametrize("address", ["79001234567", "+7 900 123", "+7900123456789012345", "", "anna@example.com"])
def test_what_is_no_number_is_refused_at_once(address):
    result = asyncio.run(Smpp(settings(1), lambda told: None).send(message("sms", address)))
    assert (result.outcome, result.is_recipient) == ("failed", True)


def test_receipts_and_replies_come_back_and_are_brought_again_until_they_are_kept():
    async def run():
        told, broken = [], [True]

        def keep(event):
            if broken[0]:
                raise OSError("disk full")
            told.append(event)

        async with Smsc() as smsc, Smpp(settings(smsc.port), keep) as channel:
            await channel.send(message("sms", "+79001234567"))
            esme = smsc.sessions[0]
            receipt = b"id:smsc-1 sub:001 dlvrd:001 submit date:2601010900 done date:2601010901 stat:DELIVRD err:000 text:Hello"
            first = await esme.deliver_sm("Lavka", receipt, source_addr="79001234567", esm_class=4)
            broken[0] = False
            again = await esme.deliver_sm("Lavka", receipt, source_addr="79001234567", esm_class=4)
            tlvs = [smpp34.Tlv(smpp34.TLV_RECEIPTED_MESSAGE_ID, b"smsc-1\0"), smpp34.Tlv(smpp34.TLV_MESSAGE_STATE, b"\x05")]
            await esme.deliver_sm("Lavka", b"", source_addr="79001234567", esm_class=4, tlvs=tlvs)
            await esme.deliver_sm("Lavka", " Стоп ".encode("utf-16-be"), source_addr="79001234567", data_coding=8)
            await esme.deliver_sm("Lavka", "тайна".encode("utf-16-be"), source_addr="79001234567", data_coding=8)
            return first, again, told

    first, again, told = asyncio.run(run())
    assert (first.is_success, again.is_success) == (False, True)
    assert [(event["kind"], event.get("provider_message_id"), event.get("status")) for event in told] == [
        ("delivered", "smsc-1", "DELIVRD"),
        ("bounced", "smsc-1", "UNDELIV"),
        ("unsubscribed", None, None),
        ("replied", None, None),
    ]
    assert told[2]["address"] == "+79001234567" and "тайна" not in str(told)


def test_a_silent_link_is_tested_and_one_that_stays_silent_is_given_up():
    """An SMS centre in a few lines, since smpp34 answers tests of the link by itself."""

    async def run(answers_tests: bool):
        commands, connections = [], []

        async def serve(reader, writer):
            connections.append(writer)
            while True:
                length, command, _, sequence = struct.unpack(">4I", await reader.readexactly(16))
                await reader.readexactly(length - 16)
                commands.append(command)
                if command != 0x15 or answers_tests:
                    body = b"" if command == 0x15 else b"id\0"
                    writer.write(struct.pack(">4I", 16 + len(body), command | 0x80000000, 0, sequence) + body)

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with Smpp(settings(server.sockets[0].getsockname()[1], timeout=0.3, enquire_every=0.1), lambda told: None) as channel:
            first = await channel.send(message("sms", "+79001234567"))
            await asyncio.sleep(0.9)
            second = await channel.send(message("sms", "+79001234567"))
        server.close()
        return first.outcome, second.outcome, commands.count(0x15), len(connections)

    first, second, tests, connections = asyncio.run(run(answers_tests=True))
    assert (first, second, connections) == ("accepted", "accepted", 1) and tests > 2
    first, second, tests, connections = asyncio.run(run(answers_tests=False))
    assert (first, second, connections) == ("accepted", "accepted", 2) and tests >= 1


def test_over_tls_the_name_of_the_server_is_checked(tmp_path, monkeypatch):
    """A TLS listener before the SMS centre, as providers have it."""
    certificate = self_signed(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.trusted))

    async def run():
        async with Smsc() as smsc:

            async def pass_on(reader, writer):
                there, back = await asyncio.open_connection("127.0.0.1", smsc.port)
                await asyncio.gather(pump(reader, back), pump(there, writer))

            server = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=certificate.context)
            results = []
            for host in ("127.0.0.1", "localhost"):
                async with Smpp(settings(server.sockets[0].getsockname()[1], host=host, tls=True), lambda told: None) as channel:
                    results.append(await channel.send(message("sms", "+79001234567", CYRILLIC)))
            server.close()
            return results, len(smsc.parts)

    async def pump(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    (right, wrong), parts = asyncio.run(run())
    assert (right.outcome, wrong.outcome, wrong.diagnostic, parts) == ("accepted", "deferred", "SSLCertVerificationError", 2)


def test_sending_does_not_hold_up_the_loop():
    async def run():
        async with Smsc(lambda part, number: -1) as smsc, Smpp(settings(smsc.port, timeout=0.4), lambda told: None) as channel:
            sending = asyncio.create_task(channel.send(message("sms", "+79001234567")))
            longest, last = 0.0, time.monotonic()
            while not sending.done():
                await asyncio.sleep(0.01)
                longest, last = max(longest, time.monotonic() - last), time.monotonic()
            return longest

    assert asyncio.run(run()) < 0.5

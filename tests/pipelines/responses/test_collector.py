"""The collector over real HTTP: what each link does, what it refuses, and what a hostile world may try."""

import concurrent.futures
import re
import socket

import pytest
from listening import heard, kinds

from pipelines.responses import links, tokens
from pipelines.settings import settings

MESSAGE = "0123456789abcdef0123456789abcdef"
URL = "https://shop.example.com/каталог?utm_source=svod&q=a+b"


def test_the_pixel_tells_of_an_opening_and_looks_the_same_for_a_forged_one(running):
    one = running()
    good = one.http.get(one.at(links.open_url(MESSAGE)), headers={"User-Agent": "Mozilla/5.0 (mail)"})
    forged = one.http.get(f"/o/{'a' * 40}.gif")
    assert (good.status_code, good.content, good.headers["content-type"]) == (forged.status_code, forged.content, "image/gif")
    assert good.content.startswith(b"GIF89a") and "no-store" in good.headers["cache-control"]
    (line,) = heard()
    assert (line["kind"], line["message_id"], line["user_agent"], line["ip"]) == ("opened", MESSAGE, "Mozilla/5.0 (mail)", "127.0.0.1")


def test_a_click_is_counted_and_led_on_to_where_the_message_says(running):
    one = running()
    answer = one.http.get(one.at(links.click_url(MESSAGE, URL)))
    assert answer.status_code == 302
    assert answer.headers["location"] == "https://shop.example.com/%D0%BA%D0%B0%D1%82%D0%B0%D0%BB%D0%BE%D0%B3?utm_source=svod&q=a+b"
    assert [(line["kind"], line["url"]) for line in heard()] == [("clicked", URL)]


@pytest.mark.parametrize("path", [
    "/c/{token}?u=https://evil.example.net/", "/c/{token}?u=//evil.example.net", "/c/{token}", "/c/{token}?u=https://shop.example.com/other", "/c/x?u={url}",
    "/c/{other}?u={url}", "/c/{token}?u={url}%0d%0aSet-Cookie:a=b", "/c/{token}/..%2f..?u={url}", "/c/?u={url}",
])  # fmt: skip
def test_nothing_is_led_on_to_that_was_not_signed(running, path):
    one = running()
    answer = one.http.get(path.format(token=tokens.sign("click", MESSAGE, URL), other=tokens.sign("open", MESSAGE), url=URL))
    assert answer.status_code == 404 and "location" not in answer.headers
    assert heard() == []


def test_what_was_signed_for_a_host_that_left_the_list_is_not_led_on_to(running):
    link = ""
    one = running(hosts=["old.example.com"])
    link = links.click_url(MESSAGE, "https://old.example.com/")
    other = running(hosts=["shop.example.com"])
    assert one.http.get(one.at(link)).status_code == 302
    assert other.http.get(one.at(link)).status_code == 404


def test_a_get_asks_and_never_unsubscribes(running):
    one = running(company="Ладья")
    link = one.at(links.unsubscribe_url(MESSAGE, scope="marketing/email"))
    english = one.http.get(link, headers={"Accept-Language": "en-US,en;q=0.9"})
    russian = one.http.get(link, headers={"Accept-Language": "ru-RU,ru"})
    one.http.head(link)
    assert heard() == []
    assert "No more advertising by e-mail?" in english.text and "Больше не присылать рекламу по электронной почте?" in russian.text
    assert 'lang="ru"' in russian.text and "Ладья" in russian.text and '<form method="post">' in russian.text
    assert "http://" not in russian.text and "<script" not in russian.text
    assert "default-src 'none'" in russian.headers["content-security-policy"]


@pytest.mark.parametrize("form", ["urlencoded", "multipart"])
def test_one_click_unsubscribes_without_a_redirect_a_cookie_or_a_question(running, form):
    one = running()
    link = one.at(links.unsubscribe_url(MESSAGE, scope="marketing/email"))
    body = {"data": {"List-Unsubscribe": "One-Click"}} if form == "urlencoded" else {"files": {"List-Unsubscribe": (None, "One-Click")}}
    answer = one.http.post(link, **body)
    assert answer.status_code == 200 and not answer.history and "set-cookie" not in answer.headers
    (line,) = heard()
    assert (line["kind"], line["message_id"], line["scope"], line["method"]) == ("unsubscribed", MESSAGE, "marketing/email", "one_click")


def test_the_button_unsubscribes_and_a_mistake_can_be_taken_back(running):
    one = running()
    link = one.at(links.unsubscribe_url(MESSAGE, scope="marketing/email"))
    assert "You are unsubscribed" in one.http.post(link, data={"do": "unsubscribe"}).text
    assert "Taken back" in one.http.post(link, data={"do": "undo"}).text
    assert [(line["kind"], line["method"]) for line in sorted(heard(), key=lambda line: line["occurred_at"])] == [
        ("unsubscribed", "page"),
        ("resubscribed", "page"),
    ]


def test_a_scope_or_a_message_that_was_changed_unsubscribes_nobody(running):
    one = running()
    token = links.unsubscribe_url(MESSAGE, scope="marketing/email").rpartition("/")[2]
    other = tokens.sign("preferences", MESSAGE, "email")
    for path in (
        f"/u/marketing/sms/{token}",
        f"/u/marketing/all/{token}",
        f"/u/marketing/email/{other}",
        f"/u/marketing/email/{token[:-1]}{'b' if token[-1] == 'a' else 'a'}",
        "/u/marketing/email/",
    ):
        assert one.http.post(path, data={"List-Unsubscribe": "One-Click"}).status_code in (404, 405)
    assert heard() == []


def test_preferences_stop_what_is_ticked_and_nothing_else(running):
    one = running()
    link = one.at(links.preferences_url(MESSAGE, channel="email"))
    assert one.http.get(link, headers={"Accept-Language": "de"}).text.count('type="checkbox"') == 5
    assert "Nothing was ticked" in one.http.post(link, data={}).text
    assert "Done" in one.http.post(link, data={"stop": ["sms", "email", "evil"]}).text
    one.http.post(link, data={"stop": ["all", "sms"]})
    assert sorted(line["scope"] for line in heard()) == ["marketing/all", "marketing/email", "marketing/sms"]


def test_prefetching_is_told_as_such(running):
    one = running()
    link = one.at(links.click_url(MESSAGE, URL))
    one.http.head(link)
    one.http.get(link, headers={"Sec-Purpose": "prefetch;prerender"})
    one.http.get(link)
    assert sorted(line.get("prefetch", "") for line in heard()) == ["", "true", "true"]


def test_what_a_proxy_says_is_believed_of_trusted_proxies_only(running):
    one, other = running(), running(trusted_proxies=["192.0.2.1"])
    for collector in (one, other):
        collector.http.get(collector.at(links.open_url(MESSAGE)), headers={"X-Forwarded-For": "198.51.100.7"})
    assert sorted(line["ip"] for line in heard()) == ["127.0.0.1", "198.51.100.7"]


def test_what_is_too_large_is_refused_before_it_is_read(running):
    one = running(largest_body=2048)
    link = one.at(links.unsubscribe_url(MESSAGE, scope="marketing/email"))
    assert one.http.post(link, content=b"x" * 10_000).status_code == 413
    assert one.http.post("/w/sendgrid", content=b"x" * 4096).status_code == 413
    assert one.http.post("/w/sendgrid", content=(b"x" * 1000 for _ in range(50))).status_code == 413, "also where no length is told"
    with socket.create_connection(("127.0.0.1", one.port)) as raw:
        raw.sendall(b"POST /w/sendgrid HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n")
        assert b" 413 " in raw.recv(200)
    assert heard() == []


@pytest.mark.parametrize("raw", [
    b"GET /o/" + b"a" * 100_000 + b".gif HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00\xff\xfe\r\n\r\n", b"POST /u/a/b/c HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"GET /%00%0d%0a HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /p/%F0%9F%92%A9/%ff HTTP/1.1\r\nHost: x\r\n\r\n", b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /c/a?u=%ed%a0%80 HTTP/1.1\r\nHost: x\r\nAccept-Language: " + b"ru," * 1000 + b"\r\n\r\n", b"POST /w/..%2f..%2fetc HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
])  # fmt: skip
def test_nonsense_is_refused_and_harms_nobody(running, raw):
    one = running()
    with socket.create_connection(("127.0.0.1", one.port), timeout=10) as connection:
        connection.sendall(raw)
        status = connection.recv(64).split(b" ")[1:2]
    assert status in ([], [b"400"], [b"404"], [b"405"]) and one.http.get("/health").text == "ok"
    assert heard() == []


def test_hostile_headers_stay_one_line_of_json(running):
    one = running()
    agent = b'x"}\\u0000\n{"kind":"unsubscribed"'.replace(b"\n", b"\t") + bytes(range(0x80, 0xA0))
    with socket.create_connection(("127.0.0.1", one.port)) as raw:
        path = one.at(links.open_url(MESSAGE)).encode()
        raw.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nUser-Agent: " + agent * 50 + b"\r\n\r\n")
        raw.recv(200)
    (line,) = heard()
    assert line["kind"] == "opened" and len(line["user_agent"]) <= 400 and not re.search(r"[\x00-\x1f\x7f-\x9f]", line["user_agent"])


def test_many_at_once_are_each_kept_once_by_several_processes(running):
    one = running(workers=2)
    pixels = [one.at(links.open_url(f"{number % 60:032x}")) for number in range(600)]
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert {answer.status_code for answer in pool.map(one.http.get, pixels)} == {200}
    lines = heard()
    assert len(lines) == len({line["event_id"] for line in lines}) == 600


def test_whoever_has_a_link_cannot_fill_the_disk_with_it(running):
    one = running()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert {answer.status_code for answer in pool.map(lambda _: one.http.get(one.at(links.open_url(MESSAGE))), range(400))} == {200}
    assert 120 <= len(heard()) <= 240, "a minute may have ended meanwhile"


def test_a_scanner_that_opens_all_day_does_not_keep_its_reader_from_leaving(running):
    one = running()
    for _ in range(200):
        assert one.http.get(one.at(links.open_url(MESSAGE))).status_code == 200
    assert one.http.post(one.at(links.unsubscribe_url(MESSAGE, scope="marketing/email")), data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert kinds()["unsubscribed"] == 1


@pytest.mark.parametrize("asked", ["unsubscribe", "undo", "preferences"])
def test_no_wish_is_confirmed_that_was_not_kept(running, asked):
    one = running()
    link = links.preferences_url(MESSAGE, channel="email") if asked == "preferences" else links.unsubscribe_url(MESSAGE, scope="marketing/email")
    said = {"stop": "sms"} if asked == "preferences" else {"do": asked}
    answers = [one.http.post(one.at(link), data=said) for _ in range(250)]
    confirmed = [answer for answer in answers if answer.status_code == 200]
    assert 120 <= len(confirmed) == len(heard()) <= 240, "a minute may have ended meanwhile"
    assert {answer.status_code for answer in answers} == {200, 503}
    assert "try again" in next(answer.text for answer in answers if answer.status_code == 503)


def test_the_log_holds_nobody(running):
    one = running()
    one.http.post(
        one.at(links.unsubscribe_url(MESSAGE, scope="marketing/email")), headers={"User-Agent": "canary-agent"}, data={"List-Unsubscribe": "One-Click"}
    )
    one.http.get("/c/canary-token?u=https://canary.example.net/")
    one.http.post("/w/telegram", content=b'{"canary-body": 1}')
    one.kill()
    log = (settings().data / "collector.log").read_text()
    assert "canary" not in log and MESSAGE not in log and "127.0.0.1" not in log.replace("http://127.0.0.1", "")


def test_where_the_disk_is_full_people_are_told_and_links_still_work(running, data):
    one = running()
    (data / "responses").rmdir() if (data / "responses").exists() else None
    (data / "responses").write_text("no folder")  # no file can be made
    assert one.http.get(one.at(links.click_url(MESSAGE, URL))).status_code == 302
    assert one.http.get(one.at(links.open_url(MESSAGE))).status_code == 200
    answer = one.http.post(one.at(links.unsubscribe_url(MESSAGE, scope="marketing/email")), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 503 and "try again" in answer.text
    (data / "responses").unlink()
    assert one.http.post(one.at(links.unsubscribe_url(MESSAGE, scope="marketing/email")), data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert kinds() == {"unsubscribed": 1}

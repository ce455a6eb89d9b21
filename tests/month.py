"""What happens to a company from day to day, as exports in its inbox: lists that come late or corrected, people who turn out to be one or two,
sales that a till tells days later or takes back, and consent that is given and withdrawn. Nobody here is real."""

import csv
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

GIVEN = ["Анна", "Борис", "Вера", "Глеб", "Дина", "Егор", "Жанна", "Захар", "Ирина", "Кирилл", "Лидия", "Марк"]
FAMILY = ["Абрикосенко", "Берёзкин", "Васнецовский", "Голубевич", "Дроздюк", "Ежевикин", "Журавель", "Зимовейко", "Ильменский", "Калинчук", "Лебеденко"]
LIST = ["record_id", "family_name", "given_name", "birth_date", "email", "phone", "city", "updated_at"]
CONTACT = [
    "ID", "Имя", "Фамилия", "Мобильный телефон", "E-mail", "Дата создания", "Дата изменения",
    "Согласие на обработку персональных данных", "Согласие на рассылку", "Дата согласия",
]  # fmt: skip
MEMBER = ["Email Address", "First Name", "OPTIN_TIME", "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP", "LAST_CHANGED"]
ORDER = ["Номер заказа", "Дата заказа", "Статус", "ID клиента", "ФИО", "Электронная почта", "Артикул", "Товар", "Категория", "Количество", "Цена", "Сумма"]


class Month:
    """The company's people and sales as its systems know them today. The same days are the same files."""

    def __init__(self, inbox: Path):
        self.inbox, self.own, self.told = inbox, {}, {}
        self.contacts, self.members, self.left, self.sales = {}, {}, {}, {}
        self.one: list[tuple[int, int]] = []
        self.waiting: list[tuple[datetime, str, list[dict]]] = []

    def happen(self, now: datetime) -> None:
        """One day: what changes, then the exports that arrive. The second time on one day is a correction of the first."""
        luck = random.Random(f"{now} {len(self.waiting)}")
        for _ in range(6 if self.own else 20):
            self._arrive(now, luck)
        for number in luck.sample(sorted(self.told), 4):
            self.told[number] = self._of(number, now) | luck.choice(
                [{"city": luck.choice(["Тверь", "Пермь"])}, {"phone": f"+7916556{luck.randrange(10000):04}"}]
            )
        self._part(now)
        self._join(now, luck)
        self._consent(now, luck)
        self._sell(now, luck)
        self._export(now, luck)

    def _arrive(self, now: datetime, luck: random.Random) -> None:
        number = len(self.own)
        self.own[number] = {
            "record_id": f"m{number}", "family_name": FAMILY[number % len(FAMILY)], "given_name": GIVEN[number * 7 % len(GIVEN)],
            "birth_date": f"{1960 + number % 40}-{number % 12 + 1:02}-{number % 28 + 1:02}", "email": f"m{number}@example.org",
            "phone": f"+7916555{number:04}", "city": luck.choice(["Москва", "Казань"]), "updated_at": f"{now - timedelta(hours=2)}",
        }  # fmt: skip
        self.told[number] = self.own[number]

    def _of(self, number: int, now: datetime) -> dict:
        return self.told[number] | {"updated_at": f"{now - timedelta(hours=2)}"}

    def _join(self, now: datetime, luck: random.Random) -> None:
        """A clerk writes one person's data into another's card: two customers of yesterday are one today."""
        for _ in range(2):
            taken = {number for pair in self.one for number in pair}
            left, right = luck.sample([number for number in sorted(self.contacts) if number not in taken] or sorted(set(self.told) - taken), 2)
            self.one.append((left, right))
            self.told[right] = self.told[left] | {"record_id": f"m{right}", "updated_at": f"{now - timedelta(hours=2)}"}

    def _part(self, now: datetime) -> None:
        """The clerk sees the mistake: each has their own data again."""
        for _, right in self.one[: len(self.one) // 2 + 1]:
            self.told[right] = self.own[right] | {"updated_at": f"{now - timedelta(hours=2)}"}
        self.one = self.one[len(self.one) // 2 + 1 :]

    def _consent(self, now: datetime, luck: random.Random) -> None:
        for number in luck.sample(sorted(self.told), 5):
            known = self.contacts.get(number, {"since": now - timedelta(hours=3), "yes": False})
            self.contacts[number] = known | {"at": now - timedelta(hours=2), "yes": not known["yes"]}
        for number in luck.sample(sorted(self.told), 4):
            if number in self.members and number not in self.left:
                self.left[number] = now - timedelta(hours=1)
            else:
                self.members[number], _ = now - timedelta(hours=1), self.left.pop(number, None)

    def _sell(self, now: datetime, luck: random.Random) -> None:
        """Three sales a day; one of three days ago is taken back."""
        self.sales[now] = [
            {
                "Номер заказа": f"M-{now:%m%d}-{place}", "Дата заказа": f"{now - timedelta(hours=luck.randrange(1, 20)):%d.%m.%Y %H:%M:%S}", "Статус": "Оплачен",
                "ID клиента": f"till{number}", "ФИО": "{family_name} {given_name}".format(**self.own[number]), "Электронная почта": self.own[number]["email"],
                "Артикул": "T-1", "Товар": "Плед", "Категория": "Текстиль", "Количество": "1", "Цена": "990,00", "Сумма": "990,00",
            }
            for place, number in enumerate(luck.sample(sorted(self.own), 3))
        ]  # fmt: skip
        if earlier := self.sales.get(now - timedelta(days=3)):
            earlier[0] |= {"Статус": "Отменён"}
            self._write(f"orders/till_{now - timedelta(days=3):%m%d}.csv", ORDER, earlier, now, ";")

    def _export(self, now: datetime, luck: random.Random) -> None:
        """Each system writes what it knows; a list in four and every second till's day come later than newer ones."""
        self._write_or_wait(luck.choice([0, 0, 0, 2]), f"people/list_{now:%m%d}.csv", LIST, list(self.told.values()), now)
        self._write_or_wait(luck.choice([0, 2]), f"orders/till_{now:%m%d}.csv", ORDER, self.sales[now], now, ";")
        self._write("bitrix24/CONTACT_month.csv", CONTACT, [self._contact(number) for number in sorted(self.contacts)], now, ";")
        self._write("mailchimp/subscribed_members_export_month.csv", MEMBER, [self._member(number) for number in sorted(self.members.keys() - self.left)], now)
        left = [self._member(number) | {"UNSUB_TIME": f"{at}", "LAST_CHANGED": f"{at}"} for number, at in sorted(self.left.items())]
        self._write("mailchimp/unsubscribed_members_export_month.csv", [*MEMBER, "UNSUB_TIME"], left, now)
        due, self.waiting = [one for one in self.waiting if one[0] <= now], [one for one in self.waiting if one[0] > now]
        for _, *late in due:
            self._write(*late)

    def _contact(self, number: int) -> dict:
        person, known = self.own[number], self.contacts[number]
        answer = "Да" if known["yes"] else "Нет"
        cells = (f"7{number:05}", person["given_name"], person["family_name"], person["phone"], person["email"], f"{known['since']}", f"{known['at']}")
        return dict(zip(CONTACT, (*cells, answer, answer, f"{known['at']}" if known["yes"] else ""), strict=True))

    def _member(self, number: int) -> dict:
        """Every other confirmed by a link in a mail."""
        person, at = self.own[number], self.members[number]
        confirmed = (f"{at + timedelta(minutes=5)}", "198.51.100.7") if number % 2 else ("", "")
        return dict(zip(MEMBER, (person["email"], person["given_name"], f"{at}", "198.51.100.7", *confirmed, f"{at}"), strict=True))

    def _write_or_wait(self, days: int, name: str, header: list[str], rows: list[dict], now: datetime, delimiter: str = ",") -> None:
        if days and len(self.sales) > 1:
            self.waiting.append((now + timedelta(days=days), name, header, [dict(row) for row in rows], now, delimiter))
        else:
            self._write(name, header, rows, now, delimiter)

    def _write(self, name: str, header: list[str], rows: list[dict], now: datetime, delimiter: str = ",") -> None:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, header, delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)
        written = (now - timedelta(minutes=30)).replace(tzinfo=UTC).timestamp()
        os.utime(path, (written, written))

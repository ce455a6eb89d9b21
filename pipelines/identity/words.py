"""What the commands of identity say, in English or Russian: a sentence is written in English where it is said, and looked up here.

Words that people type or search for (must_link, bridge, ids) stay as they are. A sentence without a translation is said in English; a test finds it.
"""

from collections.abc import Callable
from typing import Annotated

import typer

Say = Callable[..., str]
Russian = Annotated[bool, typer.Option("--ru", help="In Russian.")]

REASONS = {
    "not sure": "the evidence is too thin: likely, but below the threshold, or the name alone speaks for it",
    "conflict": "what speaks against it among the records of both outweighs it",
    "bridge": "it is the only edge between two groups of records, and weighs too little for that",
    "veto": "they hold different cards, accounts or other identifiers that keep customers apart (seeds/identifier_types.csv), bear one name a generation apart, or are two of one family",
    "cannot_link": "a steward's decision keeps their customers apart",
}

COMPARED = {
    "prior": "до сравнения",
    "name": "имя",
    "additional name": "отчество",
    "birth date": "дата рождения",
    "email": "e-mail",
    "phone": "телефон",
    "address": "адрес",
    "account": "карта или счёт",
    "national id": "номер документа",
    "gender": "пол",
}
LEVELS = {
    "before looking": "до сравнения",
    "nothing to compare": "сравнить нечего",
    "different": "разные",
    "same": "совпадает",
    "same family name, other given name": "фамилия та же, имя другое",
    "same family name, given name alike": "фамилия та же, имя похоже",
    "same given name, other family name": "имя то же, фамилия другая",
    "one part in place of the other": "одна часть на месте другой",
    "same given name only known": "известно только имя, оно совпадает",
    "same family name only known": "известна только фамилия, она совпадает",
    "same family name, initial": "фамилия та же, вместо имени буква",
    "similar and swapped": "похожи и переставлены",
    "similar": "похожи",
    "swapped": "переставлены",
    "a generation apart": "поколение разницы",
    "two parts differ": "различаются две части",
    "same year only known": "известен только год, он совпадает",
    "same day and month only known": "известны только день и месяц, они совпадают",
    "one part differs": "различается одна часть",
    "day and month swapped": "день и месяц переставлены",
    "share none": "общих нет",
    "almost the same": "почти совпадает",
    "share one of several people": "есть общий, он у нескольких людей",
    "share a private one": "есть общий, только у них двоих",
    "one digit differs": "различается одна цифра",
    "share one": "есть общий",
    "similar locality": "похожий населённый пункт",
    "same locality": "тот же населённый пункт",
    "same postal code": "тот же индекс",
    "same postal code and locality": "те же индекс и населённый пункт",
    "similar street, another house": "похожая улица, другой дом",
    "similar street and house": "похожая улица, тот же дом",
    "similar street and house, one place": "похожая улица, тот же дом и населённый пункт",
    "same street and house": "те же улица и дом",
    "home of the family": "дом семьи",
}
RULES = {
    "declared": "связь из источника",
    "equal rows": "одинаковые строки",
    "inside": "проверка клиента",
    "card or account": "карта или счёт",
    "email_local": "начало e-mail до @",
    "street and given name": "улица и имя",
    "names": "имя и фамилия",
    "names and locality": "имя, фамилия и населённый пункт",
    "names and birth year": "имя, фамилия и год рождения",
    "names and day of birth": "имя, фамилия и день рождения",
    "family name and birth date": "фамилия и дата рождения",
    "given name and birth date": "имя и дата рождения",
    "family name and locality": "фамилия и населённый пункт",
    "birth date and locality": "дата рождения и населённый пункт",
    "postal code and name": "индекс и имя",
    "postal code and locality": "индекс и населённый пункт",
    "birth date and initials": "дата рождения и первые буквы",
    "given name": "имя",
    "family name": "фамилия",
    "start of family name and birth year": "начало фамилии и год рождения",
    "start of given name and birth year": "начало имени и год рождения",
    "start of e-mail": "начало e-mail",
    "street and house": "улица и дом",
}
SENTENCES = {
    # reasons
    REASONS["not sure"]: "свидетельств мало: вероятно, но ниже порога, или за это говорит одно имя",
    REASONS["conflict"]: "то, что говорит против среди записей обоих, перевешивает",
    REASONS["bridge"]: "это единственная связь двух групп записей, и для этого она слаба",
    REASONS["veto"]: "у них разные карты, счета или другие идентификаторы, разделяющие клиентов (seeds/identifier_types.csv), одно имя с разницей в поколение, "
    "или это двое из одной семьи",
    REASONS["cannot_link"]: "решение человека держит этих клиентов порознь",
    # explain
    "comparison": "что сравнили",
    "level": "что вышло",
    "bits": "бит",
    "so far": "всего",
    "Match weight {weight:+.1f} bits: one person with a probability of {chance:.4f}; the threshold is {threshold:g}.": "Вес пары {weight:+.1f} бит: "
    "вероятность, что это один человек, {chance:.4f}; порог {threshold:g}.",
    "They are one customer.": "Это один клиент.",
    "They are one customer, as a source declares.": "Это один клиент: так говорит источник.",
    "They wait for a person: {reason}.": "Ждут решения человека: {reason}.",
    "They were looked at, and this pair joins nothing.": "Пару рассмотрели, она ничего не соединяет.",
    "No run looked at this pair, for they agree on nothing that is looked for; it was scored now.": "Ни один запуск эту пару не рассматривал: нет общего, "
    "по которому ищут; вес посчитан сейчас.",
    "{id} is a record of [bold]{customer}[/bold].": "{id} — запись клиента [bold]{customer}[/bold].",
    "{id} is a former id of [bold]{customer}[/bold].": "{id} — прежний номер клиента [bold]{customer}[/bold].",
    "Customer [bold]{customer}[/bold].": "Клиент [bold]{customer}[/bold].",
    "record": "запись",
    "other record": "другая запись",
    "who": "кто",
    "by": "по чему",
    "bound": "связаны",
    "why not": "почему нет",
    "other customer": "другой клиент",
    "{count:,} records": "Записей: {count:,}",
    "The strongest edges that hold them together": "Самые сильные связи, которые держат их вместе",
    "The weakest link: {left} and {right}, {bits:.1f} bits, by {why}{against}.": "Самое слабое звено: {left} и {right}, {bits:.1f} бит, по: {why}{against}.",
    ": a source declares it against the evidence": "; так говорит источник вопреки свидетельствам",
    "It is no bridge: {count} more cross there, the strongest of {bits:.1f} bits.": "Это не единственная связь: рядом ещё {count}, сильнейшая {bits:.1f} бит.",
    "It is a bridge: nothing else crosses there.": "Это единственная связь между двумя частями.",
    "A cannot_link between these two would part about {left} from {right} records: {records} on the smaller side.": "cannot_link между этими двумя "
    "отделит примерно {left} записей от {right}; на меньшей стороне: {records}.",
    "Stewards decided that all of them are one; no match weight is needed.": "Люди решили, что все они один клиент; вес не нужен.",
    "{count:,} likely pairs with others that joined nothing": "Вероятные пары с другими, которые ничего не соединили: {count:,}",
    "Drawn: {file}": "Нарисовано: {file}",
    # its chart
    "The pair": "Пара",
    "Records": "Записи",
    "Customer {customer}": "Клиент {customer}",
    "{left} and {right}": "{left} и {right}",
    "What holds it together": "Что держит записи вместе",
    "The weakest link": "Самое слабое звено",
    "The strongest pair that was refused": "Сильнейшая из отклонённых пар",
    "match weight": "вес пары",
    "Green: the strongest edges that reach every record. Dashed red: the weakest of these. Grey: the others that agree. More bits, more sure.": "Зелёные: "
    "самые сильные связи, которые достигают каждой записи. Красная пунктирная: слабейшая из них. Серые: остальные. Больше бит — больше уверенности.",
    " Of {of:,} records the {count} nearest to the weakest link are drawn.": " Записей {of:,}, нарисованы {count} ближайших к самому слабому звену.",
    "{bits:.1f} bits": "{bits:.1f} бит",
    "name": "имя",
    "born": "дата рождения",
    "e-mail": "e-mail",
    "phone": "телефон",
    # review
    "No pair waits for a person.": "Ни одна пара не ждёт решения человека.",
    "{count:,} of {waiting:,} open questions, those first that matter most:\n": "Открытые вопросы: {count:,} из {waiting:,}, сначала самые важные:\n",
    "effect {effect:.1f}, {weight:+.1f} bits, {reason}": "важность {effect:.1f}, {weight:+.1f} бит, {reason}",
    "its customer has records: {records}, orders: {orders}": "у клиента записей: {records}, заказов: {orders}",
    "Look closer: [bold]svod identity explain LEFT RIGHT[/bold]. Decide: [bold]svod identity review --decide must_link|cannot_link LEFT RIGHT "
    "--reason … --author …[/bold]": "Рассмотреть ближе: [bold]svod identity explain ЛЕВАЯ ПРАВАЯ --ru[/bold]. Решить (must_link — один человек, cannot_link — двое): "
    "[bold]svod identity review --decide must_link|cannot_link ЛЕВАЯ ПРАВАЯ --reason … --author …[/bold]",
    "Added to {file}: {action} {left} {right}.": "Записано в {file}: {action} {left} {right}.",
    "See it all before: svod identity plan --overrides {path}. To undo the decision, remove its line from {file}.": "Посмотреть заранее: svod identity plan "
    "--overrides {path} --ru. Чтобы отменить решение, удалите его строку из {file}.",
    "The next run joins the two customers: {stays} stays, {goes} ({records} records) leads to it from then on.": "Следующий запуск соединит двух клиентов: "
    "{stays} останется, {goes} (записей: {records}) будет вести к нему.",
    "They are one customer already, {customer}, and stay so whatever else is found.": "Это уже один клиент, {customer}, и останется одним, что бы ни нашлось.",
    "The next run parts customer {customer} ({records} records): the larger part keeps the id, the other gets a new one, or the one it had before they were "
    "joined.": "Следующий запуск разделит клиента {customer} (записей: {records}): большая часть сохранит номер, другая получит новый или тот, что был у неё до соединения.",
    "They are two customers already, and stay so whatever else is found.": "Это уже два клиента, и останутся двумя, что бы ни нашлось.",
    "Decisions that the last run could not obey: {count:,}": "Решения, которые последний запуск не смог выполнить: {count:,}",
    "waits for a record that is not there": "ждёт записи, которой нет",
    "not obeyed: a cannot_link forbids it": "не выполнено: запрещает cannot_link",
    # plan
    "The next run, with model [bold]{model}[/bold] and threshold [bold]{threshold:g}[/bold]:": "Следующий запуск, с моделью [bold]{model}[/bold] и порогом [bold]{threshold:g}[/bold]:",
    "now": "сейчас",
    "then": "станет",
    "customers": "клиентов",
    "pairs that wait for a person": "пары, ждущие решения",
    "{merged:,} customers become part of another, {split:,} part from one, {created:,} are new, {retired:,} go. {moved:,} records move between customers; "
    "{affected:,} customers and their {memberships:,} segment memberships are affected.": "Станут частью другого клиента: {merged:,}, отделятся: {split:,}, "
    "новых: {created:,}, исчезнут: {retired:,}. Записей перейдёт к другому клиенту: {moved:,}; затронуто клиентов: {affected:,}, их членств в сегментах: {memberships:,}.",
    "In it are {count:,} records that are new, changed, gone or newly decided on since the last run.": "Из них записей новых, изменённых, исчезнувших или с новым решением "
    "после последнего запуска: {count:,}.",
    "Decisions that it cannot obey: {count:,}": "Решения, которые он не сможет выполнить: {count:,}",
    "Some that become part of another customer:": "Некоторые из тех, кто станет частью другого клиента:",
    "Some that part from their customer:": "Некоторые из тех, кто отделится от своего клиента:",
    "Some that go from one customer to another:": "Некоторые из тех, кто перейдёт от одного клиента к другому:",
    "by a steward's decision, or through records of others": "по решению человека или через записи других",
    "no pair above the threshold holds them together any more": "выше порога их больше ничто не держит вместе",
    "{left} and {right}, {rule}, weight {weight:.1f}": "{left} и {right}, {rule}, вес {weight:.1f}",
    "{left} and {right}: {reason}": "{left} и {right}: {reason}",
    "nearer to the other's records": "ближе к записям другого",
    "nothing known": "ничего не известно",
    # evaluate
    "records": "записей",
    "people, by the truth": "людей по правильному ответу",
    "{people:,} of {records:,} records": "{people:,}, записей {records:,}",
    "pairwise precision": "точность по парам",
    "pairwise recall": "полнота по парам",
    "pairwise F1": "F1 по парам",
    "B-cubed precision, recall, F1": "B-cubed: точность, полнота, F1",
    "people found exactly": "людей найдено в точности",
    "customers that mix people": "клиентов, где смешаны люди",
    "people split over customers": "людей, разделённых между клиентами",
    "pairs scored": "пар взвешено",
    "model": "модель",
    "reading and standardizing": "чтение и приведение",
    "matching": "сопоставление",
    "{seconds:.1f} s, {cpu:.1f} s of CPU": "{seconds:.1f} с, {cpu:.1f} с процессора",
    "peak memory": "память в пике",
    "{peak:,} MB": "{peak:,} МБ",
    "nothing to measure by": "измерить нечем",
    "  (95%: {low:.4f} to {high:.4f})": "  (95 %: от {low:.4f} до {high:.4f})",
    "  (too few people with pairs to say how sure)": "  (людей с парами слишком мало, чтобы сказать, насколько это точно)",
    "  (not one error was seen)": "  (ни одной ошибки не видно)",
    "{rows} rows repeat a record id, or have none: of each record the last row counts": "Строк, где id записи повторён или пуст: {rows}; от каждой записи считается последняя",
    "There is no record in {file}": "В файле {file} нет ни одной записи",
    "{records} records of the truth are not among the records: each counts as a customer of its own": "Записей из файла с ответами нет во входном файле: {records}; "
    "каждая считается отдельным клиентом",
    "{records} records are not in the truth: they are matched and not compared": "Записей нет в правильном ответе: {records}; они сопоставлены, но не сравниваются",
    "{rows} rows of {file} cannot be read and are left out; the first is line {line}: {reason}": "Строк файла {file} не прочитано: {rows}; первая — строка {line}: {reason}",
    "Columns of {file} that are not used, since none is known by that name: {columns}": "Колонки файла {file} с неизвестными именами, они не используются: {columns}",
    "Cells with several values, of which only the first is compared: {cells:,} ({columns})": "Ячеек с несколькими значениями, из которых сравнивается только первое: "
    "{cells:,} ({columns})",
    "{rows} rows of {file} cannot be read and are left out": "Строк файла {file} не прочитано: {rows}",
    "{rows} rows of {file} name no record or no entity, being empty or saying NULL, n/a and the like, and are left out": "Строк файла {file}, где не назван id записи "
    "или человек (пусто, NULL, н/д и подобное): {rows}; они не учтены",
    "{rows} records have several entities in {file} and are left out of the comparison": "Записей, у которых в {file} несколько людей: {rows}; они не сравниваются",
    "Values that too many records hold for all their pairs to be compared by them alone: {skipped:,}. The most common ({rule}) is in {most:,} records, "
    "up to {cap:,} are compared; such records are found if they have more in common": "Значений у стольких записей, что по ним одним сравнивать все пары нельзя: {skipped:,}. "
    "Самое частое ({rule}) — у {most:,} записей, сравниваются до {cap:,}; такие записи находятся, если у них есть ещё общее",
    "Likely pairs that were not joined, since two groups of records hang together by that pair alone, and it weighs too little for that: {pairs:,}": "Вероятных пар не соединено, "
    "так как это единственная связь двух групп записей и она для этого слаба: {pairs:,}",
    "Likely pairs that were not joined, since what speaks against it among the records of both outweighs it: {pairs:,}": "Вероятных пар не соединено, "
    "так как перевешивает то, что говорит против среди записей обоих: {pairs:,}",
    "Likely pairs that were not joined, since different cards, accounts or other identifiers, a generation between dates of birth, or being two of one "
    "family, keep them apart: {pairs:,}": "Вероятных пар не соединено, так как их разделяют разные карты, счета или другие идентификаторы, поколение между датами рождения "
    "или то, что это двое из одной семьи: {pairs:,}",
    "Likely pairs that were not joined, since a steward's decision keeps them apart: {pairs:,}": "Вероятных пар не соединено, так как их разделяет решение человека: {pairs:,}",
    "The largest customer has {largest:,} records: see whether that is one person": "У самого большого клиента записей {largest:,}: посмотрите, один ли это человек",
    "There was too little to learn from, fewer than {least} likely matches: the shipped model was used": "Учиться не на чем: вероятных совпадений меньше {least}; взята готовая модель",
    "Values that match nothing, since more people hold each, counted by names, than may share one: {held:,} ({types}; the most common is in {most:,} records)": "Значений, "
    "по которым не сопоставляют, потому что каждое у большего числа людей, считая по именам, чем может быть: {held:,} ({types}; самое частое у {most:,} записей)",
    "Values that match nothing, since they are nobody's, such as test addresses: {held:,} ({types}; the most common is in {most:,} records)": "Значений, "
    "по которым не сопоставляют, потому что они ничьи, как тестовые адреса: {held:,} ({types}; самое частое у {most:,} записей)",
    "Names taken for “not known”, since too many people have each: {held:,}, in {records:,} records": "Имён принято за «неизвестно», "
    "потому что каждое у слишком многих людей: {held:,}, записей {records:,}",
    "Birth dates taken for “not known”, since too many people have each: {held:,}, in {records:,} records": "Дат рождения принято за «неизвестно», "
    "потому что каждая у слишком многих людей: {held:,}, записей {records:,}",
    "First days of a year of which only the year is taken as known: {held:,}, in {records:,} records": "Дат 1 января, в которых известным считается только год: {held:,}, записей {records:,}",
    "Records that say nothing by which others could be found, each a customer of its own: {records:,}": "Записей, в которых нет ничего, по чему нашлись бы другие; "
    "каждая — отдельный клиент: {records:,}",
    "Records that repeat another to the letter, and go where it goes: {records:,}": "Записей, повторяющих другую буква в букву, они идут вместе с ней: {records:,}",
}
RUSSIAN = COMPARED | LEVELS | RULES | SENTENCES


class Note(str):
    """A sentence in English that can be said again in another language."""

    def __new__(cls, text: str, **values: object) -> "Note":
        note = super().__new__(cls, text.format(**values) if values else text)
        note.text, note.values = text, values
        return note

    def said(self, say: Say) -> str:
        return say(self.text, **self.values)


def english(text: str, **values: object) -> str:
    """The sentence with its values."""
    return text.format(**values)


def words(*, russian: bool) -> Say:
    """Says a sentence with its values in the language asked for."""
    return (lambda text, **values: RUSSIAN.get(text, text).format(**values)) if russian else english

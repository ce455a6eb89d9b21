"""Cities, streets and what the shop sells: the small word lists behind addresses and baskets."""

CITIES_RU = """
Москва|Москва|101 Санкт-Петербург|Санкт-Петербург|190 Новосибирск|Новосибирская область|630 Екатеринбург|Свердловская область|620 Казань|Татарстан|420
Нижний_Новгород|Нижегородская область|603 Челябинск|Челябинская область|454 Самара|Самарская область|443 Омск|Омская область|644 Ростов-на-Дону|Ростовская область|344
Уфа|Башкортостан|450 Красноярск|Красноярский край|660 Воронеж|Воронежская область|394 Пермь|Пермский край|614 Волгоград|Волгоградская область|400
Краснодар|Краснодарский край|350 Саратов|Саратовская область|410 Тюмень|Тюменская область|625 Ижевск|Удмуртия|426 Ярославль|Ярославская область|150
Тверь|Тверская область|170 Калуга|Калужская область|248 Рязань|Рязанская область|390 Псков|Псковская область|180 Вологда|Вологодская область|160 Томск|Томская область|634
"""

CITIES_EN = """
New_York|NY|100 Chicago|IL|606 Houston|TX|770 Philadelphia|PA|191 Phoenix|AZ|850 Boston|MA|021 Seattle|WA|981 Denver|CO|802 Portland|OR|972 Austin|TX|787
Columbus|OH|432 Charlotte|NC|282 Indianapolis|IN|462 Nashville|TN|372 Memphis|TN|381 Milwaukee|WI|532 Baltimore|MD|212 Atlanta|GA|303 Omaha|NE|681
Raleigh|NC|276 Minneapolis|MN|554 Tampa|FL|336 Cleveland|OH|441 Pittsburgh|PA|152 Madison|WI|537 Boise|ID|837
"""

STREETS_RU = """
Центральная Молодёжная Школьная Лесная Садовая Советская Новая Набережная Заречная Зелёная Мира Ленина Полевая Луговая Октябрьская Гагарина Пушкина Кирова
Первомайская Солнечная Речная Степная Северная Южная Озёрная Цветочная Вишнёвая Рабочая Железнодорожная Комсомольская Чехова Горького Строителей Победы
Космонавтов Пролетарская Березовая Сосновая Кленовая Юбилейная Дачная Весенняя
""".split()

STREETS_EN = """
Main Oak Pine Maple Cedar Elm Washington Lake Hill Walnut Spring North Ridge Church Willow Mill Sunset Railroad Jackson Cherry West South Center Highland
Johnson Forest River Meadow East Chestnut Lincoln Franklin Park Spruce Adams Madison Birch Hickory Dogwood Poplar Locust Laurel
""".split()

# sku, Russian name, English name, category in Russian and English, price in roubles
PRODUCTS = (
    ("KT-101", "Чайник «Волна»", "Kettle Volna", "Кухня", "Kitchen", 2490), ("KT-102", "Кружка 'Ладья'", "Mug Ladya", "Кухня", "Kitchen", 590),
    ("KT-103", "Сковорода 26 см", "Frying pan 26 cm", "Кухня", "Kitchen", 3190), ("KT-104", "Набор ножей", "Knife set", "Кухня", "Kitchen", 4890),
    ("KT-105", "Доска разделочная, дуб", "Cutting board, oak", "Кухня", "Kitchen", 1790), ("KT-106", "Кастрюля 3 л", "Pot 3 l", "Кухня", "Kitchen", 3990),
    ("TX-201", "Плед шерстяной", "Wool blanket", "Текстиль", "Textiles", 5490), ("TX-202", "Полотенце банное", "Bath towel", "Текстиль", "Textiles", 1290),
    ("TX-203", "Постельное бельё, сатин", "Bed linen, sateen", "Текстиль", "Textiles", 6990), ("TX-204", "Подушка", "Pillow", "Текстиль", "Textiles", 1990),
    ("TX-205", "Скатерть льняная", "Linen tablecloth", "Текстиль", "Textiles", 2890), ("LT-301", "Лампа настольная", "Desk lamp", "Свет", "Lighting", 3590),
    ("LT-302", "Торшер «Маяк»", "Floor lamp Mayak", "Свет", "Lighting", 8990), ("LT-303", "Гирлянда", "String lights", "Свет", "Lighting", 990),
    ("LT-304", "Свеча ароматическая", "Scented candle", "Свет", "Lighting", 790), ("FR-401", "Стул «Сосна»", "Chair Sosna", "Мебель", "Furniture", 7490),
    ("FR-402", "Стол обеденный", "Dining table", "Мебель", "Furniture", 24990), ("FR-403", "Полка книжная", "Book shelf", "Мебель", "Furniture", 4590),
    ("FR-404", "Кресло «Штиль»", "Armchair Shtil", "Мебель", "Furniture", 19990), ("FR-405", "Комод", "Chest of drawers", "Мебель", "Furniture", 15990),
    ("GD-501", "Горшок керамический", "Ceramic pot", "Сад", "Garden", 890), ("GD-502", "Лейка", "Watering can", "Сад", "Garden", 1190),
    ("GD-503", "Гамак", "Hammock", "Сад", "Garden", 5990), ("ST-601", "Корзина плетёная", "Wicker basket", "Хранение", "Storage", 1590),
    ("ST-602", "Короб с крышкой", "Box with lid", "Хранение", "Storage", 690), ("ST-603", "Вешалка напольная", "Coat stand", "Хранение", "Storage", 4290),
    ("DC-701", "Ваза стеклянная", "Glass vase", "Декор", "Decor", 1890), ("DC-702", "Часы настенные", "Wall clock", "Декор", "Decor", 2690),
    ("DC-703", "Постер «Нева»", "Poster Neva", "Декор", "Decor", 1390), ("DC-704", "Зеркало круглое", "Round mirror", "Декор", "Decor", 6490),
)

NICKNAMES = "sunny lucky star fluffy green river coffee tiger pixel quiet happy winter velvet mango comet cactus panda breeze pepper otter".split()
COMPANIES_RU = "ООО «Причал»|ООО «Северный ветер»|ИП Лесной|АО «Маяк-Строй»|ООО «Тёплый дом»|ООО «Синяя птица»|ЗАО «Каравелла»|ООО «Вектор-Т»".split("|")
COMPANIES_EN = "Northwind Trading|Bluebird Interiors|Harbor & Sons|Cedar Lane LLC|Lighthouse Homes|Quiet River Inc.|Maple Works|Tall Ship Design".split("|")
JOBS_RU = "менеджер|дизайнер|бухгалтер|инженер|директор|врач|учитель|аналитик|архитектор|продавец".split("|")
JOBS_EN = "Manager|Designer|Accountant|Engineer|Director|Nurse|Teacher|Analyst|Architect|Sales associate".split("|")
AREA_CODES_RU = "903 905 906 909 910 911 912 913 915 916 917 919 920 921 922 925 926 927 929 950 951 952 953 960 961 962 963 964 965 967 977 981 982 983 985 987 988 999".split()
AREA_CODES_EN = (
    "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 253 254 256 260 262 267 269 270 276 281 "
    "301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 325 330 331 334 336 337 339 347 351 352 360 361 386 401 402 404 405 406 "
    "407 408 409 410 412 413 414 415 417 419 423 424 425 430 432 434 435 440 443 469 470 475 478 479 480 484 501 502 503 504 505 507 508 509 510 512 513"
).split()

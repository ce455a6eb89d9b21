"""Plain orders: any till, shop or ERP that can write one row per order line.

Order cells may repeat on every line. The buyer is known by any of customer id, card, e-mail and phone.
Lands in `raw_orders`, all columns as text.
"""

from pipelines.sources.preset import Preset, Table

ORDERS = {
    "order_id": ("order_id", "Order ID", "Номер заказа", "Заказ", "Чек"),
    "ordered_at": ("ordered_at", "Order date", "created_at", "Дата заказа", "Дата"),
    "status": ("status", "Order status", "Статус", "Статус заказа"),
    "customer_id": ("customer_id", "Customer ID", "Клиент", "ID клиента", "Код клиента"),
    "card_number": ("card_number", "Loyalty card", "Номер карты", "Карта"),
    "full_name": ("full_name", "Customer name", "ФИО", "Покупатель"),
    "email": ("email", "E-mail", "Почта", "Электронная почта"),
    "phone": ("phone", "Phone number", "Телефон"),
    "city": ("city", "Город"),
    "sku": ("sku", "Артикул", "Код товара"),
    "product_name": ("product_name", "Product", "Товар", "Наименование"),
    "category": ("category", "Категория"),
    "quantity": ("quantity", "Qty", "Количество"),
    "unit_price": ("unit_price", "Price", "Цена"),
    "discount_amount": ("discount_amount", "Discount", "Скидка"),
    "line_amount": ("line_amount", "Line total", "Сумма"),
    "currency": ("currency", "Валюта"),
    "promo_code": ("promo_code", "Promo code", "Промокод"),
    "store": ("store", "Shop", "Магазин"),
}

PRESET = Preset(
    name="orders",
    title="Plain orders",
    kind="commerce",
    where="one row per order line, CSV or XLSX, headers in Russian or English",
    tables=(Table(name="order_lines", description="One row per order line and export", columns=ORDERS, required=("order_id", "ordered_at")),),
)

"""The platforms that audiences go to, by name. Apart from their settings, so that help starts without them."""

from enum import StrEnum


class Platform(StrEnum):
    google = "google"
    meta = "meta"
    yandex = "yandex"
    vk = "vk"
    endpoint = "endpoint"

"""Meta lead ads: the tab-separated file of a form, with prefixed ids (`l:`, `p:`) and the form's own questions.

Questions differ per form; those that are not about the person stay in `_extra`. Lands in `raw_meta_leads`, all columns as text.
"""

from pipelines.sources.preset import Preset, Table

LEADS = {
    "id": ("id",),
    "created_time": ("created_time",),
    "ad_id": ("ad_id",),
    "ad_name": ("ad_name",),
    "adset_id": ("adset_id",),
    "adset_name": ("adset_name",),
    "campaign_id": ("campaign_id",),
    "campaign_name": ("campaign_name",),
    "form_id": ("form_id",),
    "form_name": ("form_name",),
    "is_organic": ("is_organic",),
    "platform": ("platform",),
    "full_name": ("full_name", "full name", "полное имя", "имя и фамилия"),
    "first_name": ("first_name", "имя"),
    "last_name": ("last_name", "фамилия"),
    "phone_number": ("phone_number", "phone", "номер телефона", "телефон"),
    "email": ("email", "e-mail", "электронный адрес", "адрес электронной почты"),
    "city": ("city", "город"),
    "date_of_birth": ("date_of_birth", "дата рождения"),
    "marketing_consent": ("i_agree_to_receive_marketing", "согласие_на_рассылку", "согласие на рассылку"),
    "lead_status": ("lead_status",),
}

PRESET = Preset(
    name="meta_leads",
    title="Meta lead ads (Facebook, Instagram)",
    kind="social",
    where="Ads Manager or Leads Center → Download leads",
    tables=(Table(name="leads", description="One row per filled-in form", columns=LEADS, required=("id", "created_time", "form_id")),),
)

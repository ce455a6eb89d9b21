"""Lead forms: Meta's downloads (two forms with different questions, one UTF-16) and VK's pages of JSON."""

from pipelines.demo.files import Company, split

META = {
    "id": "'l:' || source_key",
    "created_time": "strftime(created_at, '%Y-%m-%dT%H:%M:%S') || '+00:00'",
    "ad_id": "'ag:23850000000001'",
    "ad_name": "'Chairs, video'",
    "adset_id": "'as:23850000000002'",
    "adset_name": "'Homes'",
    "campaign_id": "'c:23850000000003'",
    "campaign_name": "if(language = 'ru', 'осень_мебель', 'autumn_furniture')",
}
META_END = {"is_organic": "if(u(k, 'organic') < 0.2, 'TRUE', 'FALSE')", "platform": "if(u(k, 'platform') < 0.5, 'fb', 'ig')"}
FORMS = {
    "Catalogue": META
    | {"form_id": "'f:900100'", "form_name": "'Catalogue'"}
    | META_END
    | {
        "which_room_are_you_furnishing?": "case when u(k, 'room') < 0.5 then 'kitchen' else 'living room' end",
        "full_name": "concat_ws(' ', first_name, last_name)",
        "phone_number": "'p:' || phone_text",
        "email": "email_text",
        "date_of_birth": "strftime(birth_text, '%m/%d/%Y')",
        "i_agree_to_receive_marketing": "if(granted_at is not null and withdrawn_at is null, 'yes', null)",
        "lead_status": "'complete'",
    },
    "Скидка": META
    | {"form_id": "'f:900200'", "form_name": "'Скидка 10%'"}
    | META_END
    | {
        "что_вы_хотите_обновить?": "case when u(k, 'room') < 0.5 then 'кухню' else 'спальню' end",
        "имя": "first_name",
        "фамилия": "last_name",
        "номер телефона": "'p:' || phone_text",
        "электронный адрес": "email_text",
        "город": "city",
        "согласие_на_рассылку": "if(granted_at is not null and withdrawn_at is null, 'да', null)",
        "lead_status": "'CREATED'",
    },
}


def _meta(company: Company) -> None:
    for form, encoding, language in (("Catalogue", "utf-16", "en"), ("Скидка", "utf-8", "ru")):
        header, select = split(FORMS[form])
        name = "catalogue" if language == "en" else "skidka"
        company.delimited(
            f"meta_leads/{name}_leads_{company.day()}.csv",
            header,
            f"select {select} from account left join consent using (person) where source = 'meta_leads' and language = '{language}' order by created_at, source_key",
            delimiter="\t",
            encoding=encoding,
        )


def _answer(key: str, value: str) -> str:
    """An answer as VK gives it: an object, or a list of one."""
    return f"if({value} is null, null, '{{\"key\":\"{key}\",\"answer\":' || if(u(k, '{key} list') < 0.3, '[{{\"value\":' || to_json({value}) || '}}]', '{{\"value\":' || to_json({value}) || '}}') || '}}')"


# Some forms ask for the whole name, others for its parts.
VK = f"""
select page, '{{"response":{{"leads":[' || string_agg(lead, ',' order by created_at, source_key) || ']' || if(page < last_page, ',"next_page_token":"page' || (page + 1) || '"', '') || '}}}}' as body from (
    select *, max(page) over () as last_page from (
        select *, (row_number() over (order by created_at, source_key) - 1) // 200 as page,
            '{{"lead_id":' || source_key || ',"user_id":' || cast(100000000 + person * 37 as varchar) || ',"date":' || cast(epoch(created_at) as bigint) || ',"ad_id":5501,"answers":[' || concat_ws(',',
            if(u(k, 'whole name') < 0.5, {_answer("full_name", "concat_ws(' ', last_name, first_name, middle_name)")}, concat_ws(',', {_answer("first_name", "first_name")}, {_answer("last_name", "last_name")})),
            {_answer("phone_number", "phone_text")}, {_answer("email", "email_text")}, {_answer("birthday", "strftime(birth_text, '%d.%m.%Y')")}, {_answer("city", "if(u(k, 'city given') < 0.5, city, null)")},
            {_answer("согласие_на_рассылку", "if(granted_at is not null and withdrawn_at is null, 'Да', null)")}) || ']}}' as lead
        from account left join consent using (person) where source = 'vk_leads'))
group by page, last_page
"""


def write(company: Company) -> None:
    """Both networks."""
    _meta(company)
    con = company.con
    con.execute(f"create temp table vk_page as {VK}")
    for (page,) in con.execute("select page from vk_page order by 1").fetchall():
        company.lines(f"vk_leads/leads_page{page + 1}.json", f"select body from vk_page where page = {page}")

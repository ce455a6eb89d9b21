with

contacts as (

    select * from {{ ref('stg_hubspot__contacts') }}
    where is_latest and {{ blank_to_null('legal_basis') }} is not null

),

stated as (

    select
        source_key, email, source_created_at, source_updated_at, _file_name, _file_id, _line, _dlt_load_id,
        trim({{ each_of("split(legal_basis, ';')") }}) as wording
    from contacts

),

classified as (

    select
        stated.*,
        case
            when regexp_matches(lower(wording), 'legitimate|законн') then 'legitimate_interest'
            when regexp_matches(lower(wording), 'contract|договор') then 'contract'
            when regexp_matches(lower(wording), 'consent|согласи|process_and_store') then 'consent'
        end as legal_basis
    from stated

),

bases as (

    select
        source_key, email, 'personal_data' as purpose, 'any' as channel, 'granted' as action,
        legal_basis, coalesce(source_created_at, source_updated_at) as occurred_at,
        'crm_entry' as method, wording as document,
        {{ json_object_text({'property': "'hs_legal_basis'", 'value': 'wording', 'file': '_file_name'}) }} as evidence,
        {{ lineage() }},
        row_number() over (partition by source_key, legal_basis order by wording) as mention
    from classified
    where legal_basis is not null

)

select source_key, email, purpose, channel, action, legal_basis, occurred_at, method, document, evidence, _file_id, _line, _load_id
from bases
where mention = 1

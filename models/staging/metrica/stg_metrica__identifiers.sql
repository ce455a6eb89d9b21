{{ account_identifiers(ref('stg_metrica__visits'), 'metrica', 'client_id', 'ym_client_id') }}

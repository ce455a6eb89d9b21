{{ account_identifiers(ref('stg_ga4__current_events'), 'ga4', 'user_pseudo_id', 'ga_client_id') }}

{{ reachable_by('sms') }}

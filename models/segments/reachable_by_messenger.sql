{{ reachable_by('messenger') }}

{{ reachable_by('email') }}

{{ truth_rows('attributes', {'person_id': 'varchar', 'attribute': 'varchar', 'value': 'varchar', 'since': 'timestamp', 'until': 'timestamp'}) }}

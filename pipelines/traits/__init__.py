"""Traits that SQL alone cannot reckon. Everything else about a customer is a model in `models/marts/traits`."""

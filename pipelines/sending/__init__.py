"""Sending what the outbox holds: batches claimed, every attempt journalled before it is made, nothing sent twice, nothing lost unseen."""

"""Proofs that need many runs: exactly one message per run, through crashes and outages."""

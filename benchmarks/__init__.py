"""Measured claims: ratios of one run, never timed tests."""

"""Fakes and contract tests for whoever builds on fanbot; never imported by the product."""

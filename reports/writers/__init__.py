"""Carriers of tables: each takes Tables and writes the same cells in its own form."""

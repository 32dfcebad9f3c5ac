"""One file for each revision of the schema, numbered in their order."""

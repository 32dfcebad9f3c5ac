"""What we keep: residents, campaigns, attempts, conversations, and the record folded from them."""

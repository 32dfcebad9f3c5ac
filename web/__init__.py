"""The console of the staff, the pages of the residents, and the API: one ASGI application over the same tables."""

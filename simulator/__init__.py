"""A made-up town: people with a true state of health, their telephones, and what they say."""

"""Tables for people: what the records say, by place and day, and the files that carry it."""

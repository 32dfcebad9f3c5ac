"""What `run_bot.py` can do, one file a topic; each command is a function of the house and its arguments."""

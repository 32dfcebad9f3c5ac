"""Ways to reach people: every channel carries words to the desk, and its replies back."""

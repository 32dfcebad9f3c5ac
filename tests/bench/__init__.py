"""Speed and memory beside their goals: `make bench`. Every part runs in a process of its own and prints JSON lines."""

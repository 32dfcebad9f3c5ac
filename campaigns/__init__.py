"""Whom to call, and when: the plan is pure rules, the runner carries them out."""

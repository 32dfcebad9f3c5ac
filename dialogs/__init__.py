"""Conversations: scripts, the machine that walks them, and what words mean."""

"""Learned parts: heads that read programs from hidden states, how they are trained, and where they are kept."""

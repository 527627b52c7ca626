"""The door to lm-eval: an open model, read or written, under its tasks and its command line."""

"""The data behind `tasks/soft_prompt.py`: generated sets, official files, and the way from pairs to samples."""

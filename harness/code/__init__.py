"""Programs as answers: the code in a completion, and what a sample carries so that it can be judged."""

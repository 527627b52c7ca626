"""A causal language model with the lid off: load, hidden states, generation, token positions, batching."""

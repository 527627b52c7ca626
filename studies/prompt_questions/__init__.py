"""What found soft prompts are like: how few vectors do, whether restarts meet, where the vectors lie (seed 001)."""

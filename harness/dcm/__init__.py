"""Joint question-answer soft prompts: one set of vectors per pair that makes a frozen model write both texts."""

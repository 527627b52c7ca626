"""What the solvers of question-answer pairs share: searches, paraphrases, controls."""

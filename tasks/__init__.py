"""Tasks, one file per family; each is a seeded data set with its scorers."""

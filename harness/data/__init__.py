"""Problems: seeded generators, readers of official file formats, splits and content-addressed ids."""

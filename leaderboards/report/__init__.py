"""The report: one self-contained HTML page over the logs, for a reader with a browser and no network."""

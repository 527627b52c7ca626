"""What a run leaves behind: attempts in the log, logs as frames, provenance."""

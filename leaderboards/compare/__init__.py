"""Two runs, sample by sample: `glassbox compare`."""

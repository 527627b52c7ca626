"""The `glassbox` command. Nothing heavy is imported before a subcommand needs it."""

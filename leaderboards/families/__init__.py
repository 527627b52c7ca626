"""What stands on the boards: a description of each family of tasks."""

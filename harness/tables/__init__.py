"""Tables of every command: built once, shown in the terminal, as Markdown, as a picture, or as records."""

"""One question per file: is it a program, is the value right, what was read, what failed, what did it cost."""

"""Boards, the seed's success table and their renderers; all work from logs alone."""

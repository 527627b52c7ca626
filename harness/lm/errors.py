"""The two ways in which a model stays shut, each told in one line with the way out."""


class OpenModelError(ValueError):
    """A model that does not load: unknown name, missing file, unknown device or architecture."""


class CannotOpen(ValueError):
    """A model that answers in text only, where hidden states, embeddings or adapters are asked for."""

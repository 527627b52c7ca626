"""The one error of the sandbox's own: the machinery failed, and nothing is said of the candidate."""


class SandboxError(RuntimeError):
    """The sandbox, or a data set's own test code, is at fault; never the candidate."""

"""The errors of the sandbox's own: the machinery failed, and nothing is said of the candidate."""


class SandboxError(RuntimeError):
    """The sandbox, or a data set's own test code, is at fault; never the candidate."""


class SetupError(SandboxError, ValueError):
    """The sandbox cannot be set up for a reason that its user can see to; one line says which."""

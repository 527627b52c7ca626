"""The inspect sandbox `wasm`: Python programs in CPython on WebAssembly, with files that exist in memory only.

    Task(..., sandbox="wasm")
    await sandbox().exec(["python3", "main.py", "--fast"], input="1 2 3")

No daemon, no container, nothing of the host: a program sees the files written to the sandbox, its arguments, its
input and the environment given. Each `exec` is a fresh interpreter; files stay. What works is Python (see
`command_line`); there are no packages beside the standard library, no network, no processes and no threads.

A timeout is counted in fuel (what a core burns in that time), so that it does not depend on how busy the machine is;
sleeping takes no time.
"""

from __future__ import annotations

import errno
import os
import posixpath
import secrets
from dataclasses import dataclass
from functools import partial
from typing import Literal, overload

import anyio.to_thread
from inspect_ai.util import (
    ExecResult,
    OutputLimitExceededError,
    SandboxEnvironment,
    SandboxEnvironmentConfigType,
    SandboxEnvironmentLimits,
    SandboxUserUnsupportedError,
    concurrency,
    sandboxenv,
    store,
)
from typing_extensions import override

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.codec import MalformedError
from glassbox.harness.sandbox.command_line import Invocation, Kind, Refused, parsed
from glassbox.harness.sandbox.component import SANDBOX_COMPONENT, card
from glassbox.harness.sandbox.limits import FUEL_PER_SECOND, MIB, Limits

HOME = "/home"
"""Where relative paths begin."""

LONGEST_SECONDS = 60
"""A run without a timeout ends here."""

DISK_BYTES = 64 * MIB
_KILLED = 137
_MODULE = "import runpy\nrunpy.run_module({name!r}, run_name='__main__', alter_sys=True)\n"
_VERSION = "import sys\nprint('Python', sys.version.split()[0])\n"


@dataclass(frozen=True, slots=True)
class _Run:
    """A program ready to run, and what it may use."""

    source: str
    argv: tuple[str, ...]
    text: str
    folder: str
    environment: dict[str, str]
    limits: Limits


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a program ended; `files` is None where it took them with it."""

    status: int
    stdout: bytes
    stderr: bytes
    files: dict[str, bytes] | None
    out_of_fuel: bool = False


@sandboxenv(name="wasm")
class WasmSandbox(SandboxEnvironment):
    """One sample's sandbox."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        """Absolute paths; an empty folder is a path that ends in a slash."""

    @override
    @classmethod
    async def task_init(cls, task_name: str, config: SandboxEnvironmentConfigType | None) -> None:
        """Build the interpreter if that has not been done, before any sample waits for it."""
        from glassbox.harness.sandbox.build import compiled

        if config is not None:
            raise ValueError(f'sandbox "wasm" takes no configuration, not {config!r}; write sandbox="wasm"')
        await anyio.to_thread.run_sync(compiled)

    @override
    @classmethod
    async def sample_init(
        cls, task_name: str, config: SandboxEnvironmentConfigType | None, metadata: dict[str, str]
    ) -> dict[str, SandboxEnvironment]:
        store().set(SANDBOX_COMPONENT, card().name)
        return {"default": cls()}

    @override
    @classmethod
    async def sample_cleanup(
        cls,
        task_name: str,
        config: SandboxEnvironmentConfigType | None,
        environments: dict[str, SandboxEnvironment],
        interrupted: bool,
    ) -> None:
        for environment in environments.values():
            environment.as_type(WasmSandbox).files.clear()

    @override
    async def exec(
        self,
        cmd: list[str],
        input: str | bytes | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        user: str | None = None,
        timeout: int | None = None,
        timeout_retry: bool = True,
        concurrency: bool = True,
    ) -> ExecResult[str]:
        """Run Python; every other command line fails with a message that says what works.

        Raises:
          SandboxUserUnsupportedError: There are no users.
          TimeoutError: The program used more than a core does in `timeout` seconds.
          OutputLimitExceededError: It printed more than inspect allows.
        """
        if user is not None:
            raise SandboxUserUnsupportedError(f"sandbox wasm has no users; {user!r} cannot run anything in it")
        try:
            run = self._prepared(parsed(cmd), _text(input), _normal(cwd or HOME), env or {}, timeout)
        except Refused as refused:
            return ExecResult(False, refused.status, "", f"{refused}\n")
        ended = await _in_thread(run, dict(self.files), limited=concurrency)
        if ended.out_of_fuel and timeout is not None:
            raise TimeoutError(f"the program used more than a core does in {timeout} s")
        if ended.files is not None:
            try:
                self._keep(ended.files)
            except OSError as error:
                return ExecResult(False, 1, _printed(ended.stdout), f"{_printed(ended.stderr)}{error.strerror}\n")
        return ExecResult(ended.status == 0, ended.status, _printed(ended.stdout), _printed(ended.stderr))

    @override
    async def write_file(self, file: str, contents: str | bytes) -> None:
        """Keep a file; folders above it come into being.

        Raises:
          IsADirectoryError: There is a folder of that name.
          OSError: There are more than DISK_BYTES.
        """
        path = _normal(file)
        if self._is_folder(path):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), file)
        self._keep({**self.files, path: contents.encode() if isinstance(contents, str) else bytes(contents)})

    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    @override
    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        """A file that was written here, or by a program.

        Raises:
          FileNotFoundError: There is none.
          IsADirectoryError: It is a folder.
          UnicodeDecodeError: It is not UTF-8.
          OutputLimitExceededError: It is larger than inspect allows.
        """
        path = _normal(file)
        if path not in self.files:
            number = errno.EISDIR if self._is_folder(path) else errno.ENOENT
            raise OSError(number, os.strerror(number), file)
        content = self.files[path]
        if len(content) > SandboxEnvironmentLimits.MAX_READ_FILE_SIZE:
            raise OutputLimitExceededError(SandboxEnvironmentLimits.MAX_READ_FILE_SIZE_STR, None)
        return content.decode() if text else content

    def _is_folder(self, path: str) -> bool:
        return path in ("/", HOME) or any(file.startswith(f"{path}/") for file in self.files)

    def _keep(self, files: dict[str, bytes]) -> None:
        size = sum(map(len, files.values()))
        if size > DISK_BYTES:
            raise OSError(errno.ENOSPC, f"the files of this sandbox would hold {size} bytes; it has {DISK_BYTES}")
        self.files = files

    def _prepared(
        self, invocation: Invocation, text: str, folder: str, environment: dict[str, str], timeout: int | None
    ) -> _Run:
        """The program and its limits.

        Raises:
          Refused: There is no such file.
        """
        argv = invocation.argv
        match invocation.kind:
            case Kind.TEXT:
                source = invocation.program
            case Kind.MODULE:
                source = _MODULE.format(name=invocation.program)
            case Kind.VERSION:
                source, argv = _VERSION, ("-c",)
            case Kind.INPUT:
                source, text = text, ""
            case Kind.FILE:
                source = self._source(invocation.program, folder)
        seconds = timeout or LONGEST_SECONDS
        limits = Limits(
            fuel=seconds * FUEL_PER_SECOND,
            output_bytes=SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE + 1,
        )
        return _Run(source, argv, text, folder, environment, limits)

    def _source(self, path: str, folder: str) -> str:
        found = self.files.get(_normal(path, folder))
        if found is None:
            raise Refused(2, f"python: can't open file {_normal(path, folder)!r}: [Errno 2] No such file or directory")
        try:
            return found.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Refused(1, f"python: {path} is not UTF-8: {error}") from error


async def _in_thread(run: _Run, files: dict[str, bytes], *, limited: bool) -> _Ended:
    """Run where the event loop is not held up; at most one program a core where `limited`."""
    work = partial(anyio.to_thread.run_sync, partial(_ended, run, files), abandon_on_cancel=True)
    if not limited:
        return await work()
    async with concurrency("wasm", os.cpu_count() or 1):
        return await work()


def _ended(run: _Run, files: dict[str, bytes]) -> _Ended:
    from glassbox.harness.sandbox.engine import Died, Instance
    from glassbox.harness.sandbox.protocol import parse_script, request

    nonce = secrets.token_bytes(8)
    limits = run.limits
    fields = (run.source, list(run.argv), run.text, files, limits.output_bytes, limits.recursion)
    try:
        with Instance(limits) as instance:
            reply, _ = instance.invoke("script", request(nonce, *fields, run.folder, run.environment))
        ran = parse_script(reply, nonce)
    except Died as death:
        said = f"{death.outcome}: {death.detail}\n".encode()
        return _Ended(_KILLED, b"", said, None, death.outcome is Outcome.TIMEOUT)
    except MalformedError as error:
        return _Ended(_KILLED, b"", f"the program tampered with the interpreter: {error}\n".encode(), None)
    kept = {path if path.endswith("/") else _normal(path): content for path, content in ran.files.items()}
    return _Ended(ran.status & 0xFF, ran.output.stdout, ran.output.stderr, kept)


def _printed(output: bytes) -> str:
    if len(output) > SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE:
        kept = output[: SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE].decode(errors="replace")
        raise OutputLimitExceededError(SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE_STR, kept)
    return output.decode(errors="replace")


def _text(given: str | bytes | None) -> str:
    """Input as text; bytes that are no UTF-8 have their replacement character."""
    return given.decode(errors="replace") if isinstance(given, bytes) else given or ""


def _normal(path: str, folder: str = HOME) -> str:
    return "/" + posixpath.normpath(posixpath.join(folder, path)).lstrip("/")

"""A file system that exists only here: what a script opens, lists, removes and imports.

The operating system's calls are replaced, not wrapped: an instance has no files of its own. Folders are remembered as
paths that end in a slash. What is not here (descriptors, links, permissions, locks) does not work.
"""

from __future__ import annotations

import builtins
import errno
import importlib.abc
import importlib.util
import io
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_files: dict[str, bytes] = {}
_folders: set[str] = {"/"}
_place = ["/"]
_CALLS = "stat lstat access listdir scandir mkdir rmdir remove unlink rename replace getcwd chdir".split()


def mount(files: dict[str, bytes], folder: str, search: str) -> None:
    """Put the files where Python looks for them, and Python into `folder`; modules are imported from `search`."""
    for path, content in files.items():
        _add_folders(path.rstrip("/") if path.endswith("/") else os.path.dirname(path))
        if not path.endswith("/"):
            _files[path] = content
    _place[0] = folder
    _add_folders(folder)
    builtins.open = io.open = _open
    for name in _CALLS:
        setattr(os, name, globals()[f"_{name}"])
    sys.path.insert(0, search)
    sys.meta_path.append(_Finder())


def mounted() -> dict[str, bytes]:
    """What is there now; an empty folder is a path that ends in a slash."""
    kept = dict(_files)
    for folder in _folders - {"/"}:
        if not _inside(folder):
            kept[f"{folder}/"] = b""
    return kept


def _path(path: Any) -> str:
    """Absolute and normal."""
    if isinstance(path, int):
        raise OSError(errno.ENOTSUP, "file descriptors do not exist here")
    return "/" + os.path.normpath(os.path.join(_place[0], os.fsdecode(path))).lstrip("/")


def _fault(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)


def _add_folders(path: str) -> None:
    while path not in _folders:
        _folders.add(path)
        path = os.path.dirname(path)


def _inside(folder: str) -> list[str]:
    """The names directly in a folder."""
    start = folder.rstrip("/") + "/"
    under = (path[len(start) :] for path in (*_files, *_folders) if path.startswith(start) and path != start)
    return sorted({name.split("/", 1)[0] for name in under})


class _Written(io.BytesIO):
    """A file open for writing; what is written is there once it is flushed or closed."""

    def __init__(self, path: str, content: bytes) -> None:
        super().__init__(content)
        self.path = self.name = path

    def flush(self) -> None:
        _files[self.path] = self.getvalue()

    def close(self) -> None:
        if not self.closed:
            self.flush()
        super().close()


class _Read(io.BytesIO):
    """A file open for reading alone."""

    def __init__(self, path: str, content: bytes) -> None:
        super().__init__(content)
        self.name = path

    def writable(self) -> bool:
        return False

    def write(self, data: Any) -> int:
        raise io.UnsupportedOperation("not writable")


def _open(
    file: Any,
    mode: str = "r",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    closefd: bool = True,
    opener: Any = None,
) -> Any:
    if sum(mode.count(letter) for letter in "rwax") != 1 or not set(mode) <= set("rwaxbt+"):
        raise ValueError(f"invalid mode: {mode!r}")
    path, update = _path(file), "+" in mode
    exists = path in _files
    if path in _folders:
        raise _fault(errno.EISDIR, path)
    if "x" in mode and exists:
        raise _fault(errno.EEXIST, path)
    if ("r" in mode and not exists) or os.path.dirname(path) not in _folders:
        raise _fault(errno.ENOENT, path)
    content = b"" if "w" in mode or not exists else _files[path]
    raw: io.BytesIO = _Read(path, content) if "r" in mode and not update else _Written(path, content)
    if isinstance(raw, _Written):
        raw.flush()
    if "a" in mode:
        raw.seek(0, io.SEEK_END)
    return raw if "b" in mode else io.TextIOWrapper(raw, encoding or "utf-8", errors, newline, write_through=True)


def _stat(path: Any, *, dir_fd: None = None, follow_symlinks: bool = True) -> os.stat_result:
    found = _path(path)
    if found in _folders:
        return os.stat_result((stat.S_IFDIR | 0o755, 0, 0, 1, 0, 0, 0, 0, 0, 0))
    if found in _files:
        return os.stat_result((stat.S_IFREG | 0o644, 0, 0, 1, 0, 0, len(_files[found]), 0, 0, 0))
    raise _fault(errno.ENOENT, found)


def _lstat(path: Any, *, dir_fd: None = None) -> os.stat_result:
    return _stat(path)


def _access(path: Any, mode: int, **named: Any) -> bool:
    return _path(path) in _files or _path(path) in _folders


def _listdir(path: Any = ".") -> list[str]:
    folder = _path(path)
    if folder not in _folders:
        raise _fault(errno.ENOTDIR if folder in _files else errno.ENOENT, folder)
    return _inside(folder)


class _Entry:
    """What `os.scandir` gives."""

    def __init__(self, folder: str, name: str) -> None:
        self.name = name
        self.path = os.path.join(folder, name)

    def __fspath__(self) -> str:
        return self.path

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return _path(self.path) in _folders

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        return _path(self.path) in _files

    def is_symlink(self) -> bool:
        return False

    is_junction = is_symlink

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        return _stat(self.path)


class _Scan:
    """An iterator over entries that is also a context."""

    def __init__(self, entries: list[_Entry]) -> None:
        self.entries = iter(entries)

    def __iter__(self) -> Iterator[_Entry]:
        return self.entries

    def __next__(self) -> _Entry:
        return next(self.entries)

    def __enter__(self) -> _Scan:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self.entries = iter([])


def _scandir(path: Any = ".") -> _Scan:
    folder = os.fsdecode(path)
    return _Scan([_Entry(folder, name) for name in _listdir(path)])


def _mkdir(path: Any, mode: int = 0o777, *, dir_fd: None = None) -> None:
    folder = _path(path)
    if folder in _folders or folder in _files:
        raise _fault(errno.EEXIST, folder)
    if os.path.dirname(folder) not in _folders:
        raise _fault(errno.ENOENT, folder)
    _folders.add(folder)


def _rmdir(path: Any, *, dir_fd: None = None) -> None:
    folder = _path(path)
    if _listdir(folder):
        raise _fault(errno.ENOTEMPTY, folder)
    _folders.discard(folder)


def _remove(path: Any, *, dir_fd: None = None) -> None:
    found = _path(path)
    if found in _folders:
        raise _fault(errno.EISDIR, found)
    if _files.pop(found, None) is None:
        raise _fault(errno.ENOENT, found)


_unlink = _remove


def _rename(source: Any, target: Any, **named: Any) -> None:
    old, new = _path(source), _path(target)
    _stat(old)
    for path in [path for path in _files if path == old or path.startswith(f"{old}/")]:
        _files[new + path[len(old) :]] = _files.pop(path)
    for folder in [folder for folder in _folders if folder == old or folder.startswith(f"{old}/")]:
        _folders.discard(folder)
        _folders.add(new + folder[len(old) :])


_replace = _rename


def _getcwd() -> str:
    return _place[0]


def _chdir(path: Any) -> None:
    _listdir(path)
    _place[0] = _path(path)


class _Finder(importlib.abc.MetaPathFinder):
    """Modules and packages among the files; a folder without `__init__.py` is a package too."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        starts = [_path(os.path.join(folder, fullname.rpartition(".")[2])) for folder in path or sys.path]
        for start in starts:
            for found, inside in ((f"{start}/__init__.py", [start]), (f"{start}.py", None)):
                if found in _files:
                    return importlib.util.spec_from_file_location(
                        fullname, found, loader=_Loader(found), submodule_search_locations=inside
                    )
        folders = [start for start in starts if start in _folders]
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = folders
        return spec if folders else None


class _Loader(importlib.abc.SourceLoader):
    """Source that lies among the files."""

    def __init__(self, path: str) -> None:
        self.path = path

    def get_filename(self, fullname: str) -> str:
        return self.path

    def get_data(self, path: str) -> bytes:
        return _files[_path(path)]

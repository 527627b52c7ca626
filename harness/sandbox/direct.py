"""The direct road: the calls below wasmtime's binding for Python, where they are the ones that this was written for.

Everything private of wasmtime that the project touches stands here, and every part is looked at before it is used: a
call with other arguments than the library expects would end the process, not in an error.
"""

from __future__ import annotations

from collections.abc import Callable
from ctypes import byref, c_size_t, memmove, string_at
from importlib import metadata
from types import ModuleType

from wasmtime import Config, Store, WasmtimeError
from wasmtime.component import Func

KNOWN = ("50",)
"""Major versions with which all tests pass on this road."""

_SIZE, _VALUES = c_size_t.__name__, "LP_wasmtime_component_val"
CALLS = {
    "wasm_byte_vec_new_uninitialized": f"LP_wasm_byte_vec_t {_SIZE}",
    "wasmtime_component_func_call": (
        f"LP_wasmtime_component_func LP_wasmtime_context {_VALUES} {_SIZE} {_VALUES} {_SIZE}"
    ),
    "wasmtime_component_val_delete": _VALUES,
    "wasmtime_config_async_stack_size_set": f"LP_wasm_config_t {_SIZE}",
}
"""The functions of the library, and the types of their arguments."""

PARTS = ((Func, "_from_raw"), (Store, "_context"), (WasmtimeError, "_from_ptr"))
"""What the binding's own classes must have; `_from_raw` is what gives a function its `_func`."""


class Refused(Exception):
    """This wasmtime is not the one that the direct road is for; the text says what differs."""


def direct() -> Callable[[Func, Store, bytes], bytes]:
    """An exchange by the calls below the binding; see `crossing.Exchange`.

    Raises:
      Refused: They are not known to be the right ones.
    """
    version = metadata.version("wasmtime")
    if version.partition(".")[0] not in KNOWN:
        raise Refused(f"wasmtime {version} is not one whose private calls are known ({', '.join(KNOWN)})")
    try:
        from wasmtime import _bindings, _ffi
    except ImportError as error:
        raise Refused(f"wasmtime {version} has no private calls: {error}") from error
    if odd := differing(_bindings):
        raise Refused(f"wasmtime {version} differs in its private calls: {odd}")
    return _exchange(_ffi)


def raise_stack(config: Config, size: int) -> bool:
    """Let an engine have `size` bytes of native stack, which needs another of wasmtime's settings; whether it may now.

    The binding for Python has no name for that setting, which would otherwise hold the stack below 2 MiB.
    """
    try:
        from wasmtime import _bindings
    except ImportError:
        return False
    setting = getattr(_bindings, "_wasmtime_config_async_stack_size_set", None)
    types = [kind.__name__ for kind in getattr(setting, "argtypes", None) or ()]
    if setting is None or types != CALLS["wasmtime_config_async_stack_size_set"].split() or not hasattr(config, "ptr"):
        return False
    setting(config.ptr(), size)
    config.max_wasm_stack = size
    return True


def differing(bindings: ModuleType) -> str:
    """What is not as expected of the library's functions and the binding's classes; empty where all is."""
    for name, expected in CALLS.items():
        found = getattr(bindings, f"_{name}", None)
        types = " ".join(kind.__name__ for kind in getattr(found, "argtypes", None) or ())
        if types != expected:
            return f"{name}({types}) instead of {name}({expected})"
    value = getattr(bindings, "wasmtime_component_val", None)
    fields = [name for name, *_ in getattr(value, "_fields_", ())]
    if fields != ["kind", "of"]:
        return f"a value is {fields} instead of ['kind', 'of']"
    return next((f"{owner.__name__} has no {name}" for owner, name in PARTS if not hasattr(owner, name)), "")


def _exchange(ffi: ModuleType) -> Callable[[Func, Store, bytes], bytes]:
    kind, size_in = ffi.WASMTIME_COMPONENT_STRING, ffi.wasm_byte_vec_new_uninitialized
    call, delete = ffi.wasmtime_component_func_call, ffi.wasmtime_component_val_delete
    value = ffi.wasmtime_component_val_t
    values = value * 1

    def exchanged(function: Func, store: Store, message: bytes) -> bytes:
        written = message.decode("latin-1").encode()
        given, answer = values(), value()
        given[0].kind = kind
        text = given[0].of.string
        size_in(byref(text), len(written))
        memmove(text.data, written, len(written))
        try:
            error = call(byref(function._func), store._context(), given, 1, byref(answer), 1)
        finally:
            delete(byref(given[0]))
        if error:
            raise WasmtimeError._from_ptr(error)
        try:
            found = answer.of.string
            return string_at(found.data, found.size).decode().encode("latin-1")
        finally:
            delete(byref(answer))

    return exchanged

"""A call into an instance, a message in and a message out, by the calls below wasmtime's binding for Python.

The binding asks for the function's type at each call, builds it anew, and copies a string by an array class of its
length that is made for it and left to the collector: judging was an eighth slower. Everything else goes through it.
"""

from __future__ import annotations

from ctypes import byref, memmove, string_at

from wasmtime import Store, WasmtimeError
from wasmtime import _ffi as ffi  # the binding's own module; the version is bounded in pyproject.toml
from wasmtime.component import Func

_Value = ffi.wasmtime_component_val_t
_Values = _Value * 1


def exchanged(function: Func, store: Store, message: bytes) -> bytes:
    """What a function from string to string answers; each byte is a character below 256.

    Raises:
      UnicodeEncodeError: The answer holds a character that is none of ours.
      WasmtimeError: The call trapped.
    """
    written = message.decode("latin-1").encode()
    given, answer = _Values(), _Value()
    given[0].kind = ffi.WASMTIME_COMPONENT_STRING
    text = given[0].of.string
    ffi.wasm_byte_vec_new_uninitialized(byref(text), len(written))
    memmove(text.data, written, len(written))
    try:
        error = ffi.wasmtime_component_func_call(byref(function._func), store._context(), given, 1, byref(answer), 1)
    finally:
        ffi.wasmtime_component_val_delete(byref(given[0]))
    if error:
        raise WasmtimeError._from_ptr(error)
    try:
        found = answer.of.string
        return string_at(found.data, found.size).decode().encode("latin-1")
    finally:
        ffi.wasmtime_component_val_delete(byref(answer))

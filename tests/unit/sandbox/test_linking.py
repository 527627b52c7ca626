"""Linked modules do what they did apart, every index leads where it led, and what is not known is refused."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wasmtime import Engine, Instance, Store, wat2wasm
from wasmtime import Module as Compiled
from wasmtime.component import Component, Linker

from glassbox.harness.sandbox.linking.binary import Cursor, LinkingError, section, signed, unsigned
from glassbox.harness.sandbox.linking.code import Indices, relinked
from glassbox.harness.sandbox.linking.component import linked
from glassbox.harness.sandbox.linking.link import Linked, Source
from glassbox.harness.sandbox.linking.memory import LIST_BEGINS, LIST_ENDS, with_immortals
from glassbox.harness.sandbox.linking.module import HEAD, Import, parse
from glassbox.harness.sandbox.linking.parts import CoreModule, items

IMMORTAL = 5 << 28
OBJECT = 256


def listing(*places: int) -> bytes:
    """What the guest leaves in its memory."""
    return LIST_BEGINS + struct.pack(f"<I{len(places)}I", len(places), *places) + LIST_ENDS


def text(content: bytes) -> str:
    """Bytes as a string of the text format."""
    return '"' + "".join(f"\\{byte:02x}" for byte in content) + '"'


LIBRARY = f"""
(core module $env
  (memory (export "memory") 1)
  (table (export "table") 8 funcref)
  (global (export "base") i32 (i32.const 2))
  (global (export "count") (mut i32) (i32.const 40))
  (func (export "double") (param i32) (result i32) local.get 0 i32.const 2 i32.mul)
  (data (i32.const 1024) {text(listing(OBJECT))})
  (data (i32.const {OBJECT}) "\\07\\00\\00\\00"))
(core module $library
  (type $other (func (result i32)))
  (type $unary (func (param i32) (result i32)))
  (import "env" "memory" (memory 1))
  (import "env" "table" (table 8 funcref))
  (import "env" "base" (global $base i32))
  (import "env" "count" (global $count (mut i32)))
  (import "env" "double" (func $double (type $unary)))
  (import "host" "tell" (func $tell (type $unary)))
  (global $start i32 (i32.add (global.get $base) (i32.const 1)))
  (elem (offset (global.get $base)) func $add $tell)
  (func $add (type $unary) (i32.add (local.get 0) (global.get $count)))
  (func (export "run") (param i32) (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (call_indirect (type $unary) (call $double (local.get 0)) (global.get $base)))
  (func (export "ask") (param i32) (result i32)
    (call_indirect (type $unary) (local.get 0) (global.get $start)))
  (func (export "references") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "double again") (param i32) (result i32) (call $double (call $double (local.get 0)))))
"""
COMPONENT = f"""(component
(import "tell" (func $tell (param "x" u32) (result u32)))
{LIBRARY}
(core func $tell-core (canon lower (func $tell)))
(core instance $env (instantiate $env))
(core instance $host (export "tell" (func $tell-core)))
(core instance $library (instantiate $library (with "env" (instance $env)) (with "host" (instance $host))))
{{exports}}
)"""
NAMES = ("run", "ask", "references", "double again")
EXPORTS = "\n".join(
    f'(func (export "{name.replace(" ", "-")}") (param "x" u32) (result u32) '
    f'(canon lift (core func $library "{name}")))'
    for name in NAMES
)


def answers(component: bytes) -> list[object]:
    """What the exports of the component answer, one after another, in one instance."""
    store = Store(Engine())
    linker = Linker(store.engine)
    with linker.root() as root:
        root.add_func("tell", lambda _, x: x + 1000)
    compiled = Component(store.engine, component)
    instance = linker.instantiate(store, compiled)
    found: list[object] = []
    for name in NAMES:
        function = instance.get_func(store, name.replace(" ", "-"))
        assert function is not None
        found.append(function(store, OBJECT if name == "references" else 5))
    return found


def test_a_linked_component_has_one_module_and_answers_as_before() -> None:
    component = bytes(wat2wasm(COMPONENT.format(exports=EXPORTS)))
    assert answers(component) == [51, 1005, 7, 20]
    one = linked(component)
    assert sum(isinstance(item, CoreModule) for item in items(component)) == 2
    assert sum(isinstance(item, CoreModule) for item in items(one)) == 1
    assert answers(one) == [51, 1005, IMMORTAL, 20]


def test_a_module_that_needs_the_linked_memory_to_be_made_stays_apart() -> None:
    fixing = """
    (core module $fix (import "" "tell" (func $tell (param i32) (result i32)))
      (func (export "told") (param i32) (result i32) (call $tell (local.get 0))))
    (core func $late (canon lower (func $tell) (memory (core memory $env "memory"))))
    (core instance $fixed (instantiate $fix (with "" (instance (export "tell" (func $late))))))
    (func (export "told") (param "x" u32) (result u32) (canon lift (core func $fixed "told")))
    """
    component = linked(bytes(wat2wasm(COMPONENT.format(exports=EXPORTS + fixing))))
    assert sum(isinstance(item, CoreModule) for item in items(component)) == 2
    assert answers(component) == [51, 1005, IMMORTAL, 20]


EVERY_KIND = f"""(module
  (type $pair (func (param i32 i64) (result i32)))
  (type $unary (func (param i32) (result i32)))
  (memory 1)
  (table $first 4 funcref)
  (table $second 4 funcref)
  (global $g (mut i32) (i32.const 3))
  (elem (table $second) (i32.const 0) func $unary)
  (elem $passive func $unary $main)
  (data (i32.const 8) "abcd")
  (data (i32.const 1024) {text(listing())})
  (func $unary (type $unary) (local f32 f64 v128)
    (local.set 1 (f32.const 1.5)) (local.set 2 (f64.const 2.5))
    (local.set 3 (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.const i64x2 1 2) (local.get 3)))
    (local.set 3 (v128.load8_lane 0 (i32.const 0) (local.get 3)))
    (i32.add (local.get 0) (i32x4.extract_lane 0 (local.get 3))))
  (func $main (export "main") (param i32) (result i32)
    (block $out (loop $again
      (br_table $out $again $out (i32.const 2))))
    (memory.copy (i32.const 12) (i32.const 8) (i32.const 4)) (memory.fill (i32.const 16) (i32.const 1) (i32.const 4))
    (table.init $first $passive (i32.const 1) (i32.const 0) (i32.const 1)) (elem.drop $passive)
    (table.copy $second $first (i32.const 1) (i32.const 1) (i32.const 1))
    (drop (table.grow $first (ref.null func) (i32.const 1))) (drop (table.size $second))
    (table.set $first (i32.const 0) (table.get $second (i32.const 0)))
    (drop (ref.is_null (ref.func $unary)))
    (drop (select (result i32) (i32.const 1) (i32.const 2) (i32.const 0)))
    (drop (memory.grow (i32.const 0)))
    (global.set $g (i32.trunc_sat_f64_s (f64.const 4.75)))
    (i64.const 7) (local.get 0)
    (if (param i64) (result i64) (then) (else))
    (drop)
    (i32.add (i32.load (i32.const 12)) (i32.add (global.get $g)
      (call_indirect $second (type $unary) (local.get 0) (i32.const 1)))))
)"""


def run_main(module: bytes, name: str) -> object:
    """What `main` gives for 10."""
    store = Store()
    function = Instance(store, Compiled(store.engine, module), []).exports(store)[name]
    return function(store, 10)  # type: ignore[operator]  # a function, by what was asked for


def test_every_kind_of_instruction_finds_what_it_named_when_indices_move() -> None:
    wanted = bytes(wat2wasm(EVERY_KIND))
    before = parse(bytes(wat2wasm(f'(module (memory 1) (table 1 funcref) (func) (global i32 (i32.const 1)) '
                                  f'(data (i32.const 4096) {text(listing())}) (elem func 0))')))  # fmt: skip
    moved = parse(wanted)
    # The first module takes the first index of every kind but the memory's, of which there is one.
    before.memories.clear()
    before.types[:0] = [b"\x60\x00\x01\x7d"]
    before.functions = [kind + 1 for kind in before.functions]
    together = Linked({0: before, 1: moved}, _no_source).encode([(1, "main")])
    assert run_main(wanted, "main") == run_main(together, "0") == 10 + 4 + 0x64636261


def _no_source(number: int, wanted: Import) -> Source:
    raise AssertionError(f"{number} imports {wanted}")


def linked_alone(text_of_module: str) -> bytes:
    """A module linked with nothing else, with what it exports as `value`."""
    listed = f"(memory 1) (data (i32.const 1024) {text(listing())})"
    module = parse(bytes(wat2wasm(f"(module {listed} {text_of_module})")))
    return Linked({0: module}, _no_source).encode([(0, "value")])


def test_a_constant_is_worked_out_wherever_its_global_stands() -> None:
    module = linked_alone(
        "(global $a i32 (i32.const 0x7fffffff)) (global $b i32 (i32.add (i32.const 2) (global.get $a))) "
        '(func (export "value") (param i32) (result i32) (i32.add (local.get 0) (global.get $b)))'
    )
    assert run_main(module, "0") == 10 - 0x7FFFFFFF


@pytest.mark.parametrize(
    ("declared", "complaint"),
    [
        ("(global funcref (ref.func $f))", "instruction 0xd2 in a constant cannot be worked out"),
        ("(global i64 (i64.add (i64.const 1) (i64.const 2)))", "instruction 0x42 in a constant cannot be worked out"),
        ("(global $m (mut i32) (i32.const 1)) (global i32 (global.get $m))", "a constant needs a global that changes"),
    ],
)
def test_a_constant_that_cannot_be_worked_out_is_refused(declared: str, complaint: str) -> None:
    with pytest.raises(LinkingError, match=complaint):
        linked_alone(f'{declared} (func $f (export "value") (param i32) (result i32) (local.get 0))')


def test_two_memories_are_refused() -> None:
    module = parse(bytes(wat2wasm("(module (memory 1))")))
    with pytest.raises(LinkingError, match="there is more than one memory"):
        Linked({0: module, 1: module}, _no_source)


def test_a_body_whose_indices_stay_is_the_same_bytes() -> None:
    module = parse(bytes(wat2wasm(EVERY_KIND)))
    same = list(range(10))
    for body in module.bodies:
        assert relinked(body, Indices(same, same, same, same, same, same)) == body


@given(st.integers(0, 2**32))
def test_unsigned_integers_come_back(value: int) -> None:
    assert Cursor(unsigned(value)).number() == value


@given(st.integers(-(2**33), 2**33))
def test_signed_integers_come_back(value: int) -> None:
    assert Cursor(signed(value)).signed() == value


def data(offset: int, content: bytes) -> bytes:
    return b"\0\x41" + signed(offset) + b"\x0b" + unsigned(len(content)) + content


def test_listed_objects_become_immortal_and_nothing_else_changes() -> None:
    memory = [
        data(64, struct.pack("<4I", 1, 2, IMMORTAL, 7 << 28)),
        data(1 << 16, listing(64, 72, 76)),
        data(1 << 20, b"far away"),
    ]
    found = bytearray(2 << 20)
    for segment in with_immortals(memory):
        cursor = Cursor(segment, 2)
        offset = cursor.signed()
        cursor.byte()
        content = cursor.sized()
        found[offset : offset + len(content)] = content
    assert struct.unpack_from("<4I", found, 64) == (IMMORTAL, 2, IMMORTAL, 7 << 28)
    assert found[1 << 20 : (1 << 20) + 8] == b"far away"
    assert found[1 << 16 :].startswith(listing(64, 72, 76))


def test_marks_without_a_list_are_passed_over() -> None:
    with pytest.raises(LinkingError, match="the guest lists no objects"):
        with_immortals([data(0, b"constants: " + LIST_BEGINS + LIST_ENDS + bytes(64))])


def test_a_listed_place_without_an_object_is_refused() -> None:
    with pytest.raises(LinkingError, match="there is no object at 8"):
        with_immortals([data(64, listing(8))])


@pytest.mark.parametrize(
    ("module", "complaint"),
    [
        (b"\0asm\x02\0\0\0", "not a core module"),
        (HEAD + section(13, b"\x00"), ""),
        (HEAD + section(13, b"\x01\0\0"), "section 13 is not known"),
        (HEAD + section(1, b"\x01\x5f\x00"), "a type is no function type"),
        (HEAD + section(8, b"\x00"), "a module has a start function"),
        (HEAD + section(5, b"\x01\x04\x01"), "a memory or table is shared or 64 bits wide"),
        (HEAD + section(9, b"\x01\x05\x70\x00"), "a segment holds expressions"),
        (HEAD + section(11, b"\x01\x01\x00"), "a data segment is not put into the memory by itself"),
        (HEAD + section(11, b"\x01\x00\x23\x00\x0b\x00"), "a data segment lies where a global says"),
        (HEAD + section(6, b"\x01\x7f\x00\xfd\x0c\x0b"), "instruction 0xfd in a constant is not known"),
    ],
)
def test_a_module_with_anything_unknown_is_refused_by_name(module: bytes, complaint: str) -> None:
    if not complaint:
        parse(module)
        return
    with pytest.raises(LinkingError, match=complaint):
        parse(module)


def test_an_instruction_that_is_not_known_is_refused() -> None:
    nothing: list[int] = []
    with pytest.raises(LinkingError, match="instruction 0xfe 254 is not known"):
        relinked(b"\x00\xfe\x03\x00\x0b", Indices(nothing, nothing, nothing, nothing, nothing, nothing))


def test_what_is_no_component_is_refused() -> None:
    with pytest.raises(LinkingError, match="not a component"):
        linked(HEAD)

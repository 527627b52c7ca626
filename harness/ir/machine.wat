;; The IR machine: runs encoded programs from linear memory, so that nothing is compiled per program.
;;
;; Memory, in little-endian i64 words (harness/ir/encode.py writes it):
;;   word 0        number of programs
;;   word 4 on     records of four words: code, left, right, (result)
;; A program is a run of records; the last one carries LAST. Bits of a code:
;;   0..7  0 add, 1 subtract, 2 multiply, 3 divide, 4 sum, 5 product, 6 countdown, 7 a literal beyond i64
;;   8     left is the index of an earlier record of this program
;;   9     right is
;;   10    LAST
;; Answers replace the records from word 4 on, two words for each program: value, fault. A program has at least one
;; record, so the answers never overtake what is still to be read.
;; Faults: 0 none, 1 overflow, 2 division by zero, 3 inexact, 4 fuel. Every operation executed costs one unit of fuel;
;; the tank is refilled for each program, so that one that runs dry does its neighbours no harm.
(module
  (memory (export "memory") 8)
  (global $wide (mut i32) (i32.const 0))
  (global $tank (mut i64) (i64.const 0))
  (global $fuel (mut i64) (i64.const 0))
  (global $fault (mut i32) (i32.const 0))

  ;; wide: 0 for i32, 1 for i64; tank: operations a program may execute.
  (func (export "configure") (param $wide i32) (param $tank i64)
    (global.set $wide (local.get $wide))
    (global.set $tank (local.get $tank)))

  (func $fail (param $fault i32) (result i64)
    (global.set $fault (local.get $fault))
    (i64.const 0))

  (func $fail32 (param $fault i32) (result i32)
    (global.set $fault (local.get $fault))
    (i32.const 0))

  ;; A 32-bit result holds when the same operation in 64 bits, where it cannot wrap, gives the same number.
  (func $fits (param $exact i64) (param $result i32) (result i32)
    (if (i64.ne (local.get $exact) (i64.extend_i32_s (local.get $result)))
      (then (return (call $fail32 (i32.const 1)))))
    (local.get $result))

  (func $divide32 (param $a i32) (param $b i32) (result i32)
    (if (i32.eqz (local.get $b))
      (then (return (call $fail32 (i32.const 2)))))
    (if (i32.and (i32.eq (local.get $a) (i32.const 0x80000000)) (i32.eq (local.get $b) (i32.const -1)))
      (then (return (call $fail32 (i32.const 1)))))
    (if (i32.rem_s (local.get $a) (local.get $b))
      (then (return (call $fail32 (i32.const 3)))))
    (i32.div_s (local.get $a) (local.get $b)))

  (func $apply32 (param $op i32) (param $a i32) (param $b i32) (result i32)
    (local $x i64) (local $y i64)
    (local.set $x (i64.extend_i32_s (local.get $a)))
    (local.set $y (i64.extend_i32_s (local.get $b)))
    (block $divide (block $multiply (block $subtract (block $add
      (br_table $add $subtract $multiply $divide (local.get $op)))
      (return (call $fits (i64.add (local.get $x) (local.get $y)) (i32.add (local.get $a) (local.get $b)))))
      (return (call $fits (i64.sub (local.get $x) (local.get $y)) (i32.sub (local.get $a) (local.get $b)))))
      (return (call $fits (i64.mul (local.get $x) (local.get $y)) (i32.mul (local.get $a) (local.get $b)))))
    (call $divide32 (local.get $a) (local.get $b)))

  ;; A sum overflows when both terms have the sign that the result lacks.
  (func $add64 (param $a i64) (param $b i64) (result i64)
    (local $r i64)
    (local.set $r (i64.add (local.get $a) (local.get $b)))
    (if (i64.lt_s
          (i64.and (i64.xor (local.get $a) (local.get $r)) (i64.xor (local.get $b) (local.get $r)))
          (i64.const 0))
      (then (return (call $fail (i32.const 1)))))
    (local.get $r))

  ;; A difference overflows when the terms differ in sign and the result has not the first one's.
  (func $subtract64 (param $a i64) (param $b i64) (result i64)
    (local $r i64)
    (local.set $r (i64.sub (local.get $a) (local.get $b)))
    (if (i64.lt_s
          (i64.and (i64.xor (local.get $a) (local.get $b)) (i64.xor (local.get $a) (local.get $r)))
          (i64.const 0))
      (then (return (call $fail (i32.const 1)))))
    (local.get $r))

  ;; A product holds when dividing it gives the factor back; by -1 only the lowest number has no opposite.
  (func $multiply64 (param $a i64) (param $b i64) (result i64)
    (local $r i64)
    (if (i64.eqz (local.get $a))
      (then (return (i64.const 0))))
    (if (i64.eq (local.get $a) (i64.const -1))
      (then (return (call $subtract64 (i64.const 0) (local.get $b)))))
    (local.set $r (i64.mul (local.get $a) (local.get $b)))
    (if (i64.ne (i64.div_s (local.get $r) (local.get $a)) (local.get $b))
      (then (return (call $fail (i32.const 1)))))
    (local.get $r))

  (func $divide64 (param $a i64) (param $b i64) (result i64)
    (if (i64.eqz (local.get $b))
      (then (return (call $fail (i32.const 2)))))
    (if (i32.and
          (i64.eq (local.get $a) (i64.const 0x8000000000000000))
          (i64.eq (local.get $b) (i64.const -1)))
      (then (return (call $fail (i32.const 1)))))
    (if (i64.ne (i64.rem_s (local.get $a) (local.get $b)) (i64.const 0))
      (then (return (call $fail (i32.const 3)))))
    (i64.div_s (local.get $a) (local.get $b)))

  (func $apply64 (param $op i32) (param $a i64) (param $b i64) (result i64)
    (block $divide (block $multiply (block $subtract (block $add
      (br_table $add $subtract $multiply $divide (local.get $op)))
      (return (call $add64 (local.get $a) (local.get $b))))
      (return (call $subtract64 (local.get $a) (local.get $b))))
      (return (call $multiply64 (local.get $a) (local.get $b))))
    (call $divide64 (local.get $a) (local.get $b)))

  ;; The one place where work is done, and so the one place where it is paid for.
  (func $apply (param $op i32) (param $a i64) (param $b i64) (result i64)
    (if (i64.eqz (global.get $fuel))
      (then (return (call $fail (i32.const 4)))))
    (global.set $fuel (i64.sub (global.get $fuel) (i64.const 1)))
    (if (global.get $wide)
      (then (return (call $apply64 (local.get $op) (local.get $a) (local.get $b)))))
    (i64.extend_i32_s
      (call $apply32 (local.get $op) (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)))))

  ;; value = value op i for i = start..stop; the bound is met before the index is raised, so the index never wraps.
  (func $fold (param $op i32) (param $value i64) (param $start i64) (param $stop i64) (result i64)
    (if (i64.gt_s (local.get $start) (local.get $stop))
      (then (return (local.get $value))))
    (loop $next
      (local.set $value (call $apply (local.get $op) (local.get $value) (local.get $start)))
      (if (i32.or (global.get $fault) (i64.eq (local.get $start) (local.get $stop)))
        (then (return (local.get $value))))
      (local.set $start (i64.add (local.get $start) (i64.const 1)))
      (br $next))
    (unreachable))

  (func $countdown (param $value i64) (param $stop i64) (result i64)
    (loop $next
      (if (i32.or (global.get $fault) (i64.eq (local.get $value) (local.get $stop)))
        (then (return (local.get $value))))
      (local.set $value (call $apply (i32.const 1) (local.get $value) (i64.const 1)))
      (br $next))
    (unreachable))

  ;; A literal, which must fit the width, or the result of an earlier record of the program at $base.
  (func $operand (param $base i32) (param $word i64) (param $refers i32) (result i64)
    (if (local.get $refers)
      (then (return (i64.load offset=24
        (i32.add (local.get $base) (i32.shl (i32.wrap_i64 (local.get $word)) (i32.const 5)))))))
    (if (i32.eqz (global.get $wide))
      (then (if (i64.ne (local.get $word) (i64.extend32_s (local.get $word)))
        (then (return (call $fail (i32.const 1)))))))
    (local.get $word))

  (func $execute (param $base i32) (param $record i32) (param $code i32) (result i64)
    (local $a i64) (local $b i64) (local $op i32)
    (local.set $op (i32.and (local.get $code) (i32.const 0xff)))
    (local.set $a (call $operand (local.get $base) (i64.load offset=8 (local.get $record))
      (i32.and (local.get $code) (i32.const 0x100))))
    (local.set $b (call $operand (local.get $base) (i64.load offset=16 (local.get $record))
      (i32.and (local.get $code) (i32.const 0x200))))
    (if (global.get $fault)
      (then (return (i64.const 0))))
    (if (i32.lt_u (local.get $op) (i32.const 4))
      (then (return (call $apply (local.get $op) (local.get $a) (local.get $b)))))
    (block $unfit (block $countdown (block $product (block $sum
      (br_table $sum $product $countdown $unfit (i32.sub (local.get $op) (i32.const 4))))
      (return (call $fold (i32.const 0) (i64.const 0) (local.get $a) (local.get $b))))
      (return (call $fold (i32.const 2) (i64.const 1) (local.get $a) (local.get $b))))
      (return (call $countdown (local.get $a) (local.get $b))))
    (call $fail (i32.const 1)))

  (func (export "run")
    (local $left i64) (local $record i32) (local $base i32) (local $answer i32) (local $code i32) (local $value i64)
    (local.set $left (i64.load (i32.const 0)))
    (local.set $record (i32.const 32))
    (local.set $answer (i32.const 32))
    (block $done (loop $program
      (br_if $done (i64.eqz (local.get $left)))
      (local.set $base (local.get $record))
      (global.set $fuel (global.get $tank))
      (global.set $fault (i32.const 0))
      (loop $step
        (local.set $code (i32.wrap_i64 (i64.load (local.get $record))))
        (if (i32.eqz (global.get $fault))
          (then (local.set $value (call $execute (local.get $base) (local.get $record) (local.get $code)))
                (i64.store offset=24 (local.get $record) (local.get $value))))
        (local.set $record (i32.add (local.get $record) (i32.const 32)))
        (br_if $step (i32.eqz (i32.and (local.get $code) (i32.const 0x400)))))
      (i64.store (local.get $answer) (local.get $value))
      (i64.store offset=8 (local.get $answer) (i64.extend_i32_u (global.get $fault)))
      (local.set $answer (i32.add (local.get $answer) (i32.const 16)))
      (local.set $left (i64.sub (local.get $left) (i64.const 1)))
      (br $program)))))

"""What `ir_arith`, `ir_multi_op` and `ir_loop` are made of: wording, operands, splits (seed 000)."""

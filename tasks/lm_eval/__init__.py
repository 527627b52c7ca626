"""The IR tasks for lm-eval: YAML over the builders that inspect's tasks use, so both show the same problems.

lm-eval run --include_path tasks/lm_eval --tasks glassbox_ir --model open --model_args pretrained=arith --batch_size 64
"""

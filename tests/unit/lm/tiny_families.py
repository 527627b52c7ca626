"""A tiny random model of every causal family that transformers knows, from its configuration class alone.

    config = tiny_config("mixtral")      # sizes by the names that families commonly give them, and `SPECIAL` on top
    model = tiny_model("mixtral")

A family that is new in transformers is built by the same rules; where they do not do, it wants a line in `SPECIAL`.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from open_models import VOCABULARY, build
from transformers import CONFIG_MAPPING, PreTrainedConfig, PreTrainedModel
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

FAMILIES: tuple[str, ...] = tuple(sorted(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES))
LIMIT = 64
"""Tokens of context."""
WINDOW = 6
LAYERS = 3

GENERIC: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "decoder_vocab_size": VOCABULARY,
    "vocab_size_per_layer_input": VOCABULARY,
    "max_position_embeddings": LIMIT,
    "n_positions": LIMIT,
    "max_seq_len": LIMIT,
    "hidden_size": 32,
    "hidden_size_global": 32,
    "d_model": 32,
    "n_embd": 32,
    "num_hidden_layers": LAYERS,
    "decoder_layers": LAYERS,
    "num_decoder_layers": LAYERS,
    "n_layers": LAYERS,
    "n_layer": LAYERS,
    "num_layers": LAYERS,
    "encoder_layers": LAYERS,
    "num_encoder_layers": LAYERS,
    "num_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_attention_heads": 4,
    "num_encoder_attention_heads": 4,
    "num_decoder_attention_heads": 4,
    "n_heads": 4,
    "n_head": 4,
    "num_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "attention_head_dim": 8,
    "kv_channels": 8,
    "intermediate_size": 48,
    "ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "encoder_ffn_dim": 48,
    "n_inner": 48,
    "ffn_hidden_size": 48,
    "dff": 48,
    "dim_ff": 48,
    "dim_head": 8,
    "rotary_dim": 4,
    "embedding_size": 32,
    "image_token_id": 2,
    "video_token_id": 2,
    "audio_token_id": 2,
    "image_token_index": 2,
    "image_size": 28,
    "patch_size": 14,
    "mm_tokens_per_image": 4,
    "sliding_window": WINDOW,
    "use_sliding_window": True,
    "max_window_layers": 1,
    "window_size": WINDOW,
    "attention_window_size": WINDOW,
    "attention_chunk_size": WINDOW,
    "local_attention": WINDOW,
    "initializer_range": 0.3,
    "init_std": 0.3,
    "emb_init_std": 0.3,
    "num_experts": 4,
    "num_local_experts": 4,
    "n_routed_experts": 4,
    "moe_num_experts": 4,
    "num_experts_per_tok": 2,
    "moe_k": 2,
    "moe_topk": 2,
    "top_k_experts": 2,
    "n_shared_experts": 1,
    "num_shared_experts": 1,
    "moe_num_shared_experts": 1,
    "n_group": 1,
    "topk_group": 1,
    "moe_intermediate_size": 16,
    "shared_expert_intermediate_size": 16,
    "shared_intermediate_size": 16,
    "first_k_dense_replace": 1,
    "num_dense_layers": 1,
    "q_lora_rank": 16,
    "kv_lora_rank": 16,
    "qk_rope_head_dim": 4,
    "qk_nope_head_dim": 4,
    "v_head_dim": 8,
    "qk_head_dim": 8,
    "index_n_heads": 32,
    "index_head_dim": 8,
    "index_topk": 4,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 2,
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 8,
    "mamba_n_heads": 4,
    "mamba_d_head": 16,
    "mamba_d_state": 8,
    "mamba_n_groups": 1,
    "mamba_chunk_size": 8,
    "state_size": 8,
    "time_step_rank": 4,
    "bos_token_id": None,
    "pad_token_id": None,
    "eos_token_id": 1,
    "sep_token_id": None,
    "cls_token_id": None,
    "type_vocab_size": 2,
    "is_decoder": True,
    "scale_embedding": True,
    "query_pre_attn_scalar": 8,
    "hidden_size_per_layer_input": 8,
}

PADDED: dict[str, Any] = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "max_position_embeddings": LIMIT + 2}
"""Positions of these begin behind the padding's id."""
HYBRID: dict[str, Any] = {"layer_types": ["linear_attention", "full_attention", "linear_attention"]}
SHARED: dict[str, Any] = {
    "num_hidden_layers": 4,
    "num_kv_shared_layers": 2,
    "layer_types": ["sliding_attention", "full_attention"] * 2,
}
"""The upper layers attend to what those below keep."""
HALF: dict[str, Any] = {"layer_types": ["sliding_attention", "full_attention", "sliding_attention"]}
MAMBA: dict[str, Any] = {"mamba_n_heads": 4, "mamba_d_head": 16, "mamba_expand": 2}
SPARSE: dict[str, Any] = {"head_dim": 4, "num_key_value_heads": 4}
ROPE: dict[str, Any] = {"rope_type": "default", "rope_theta": 10000.0}

SPECIAL: dict[str, dict[str, Any]] = {
    "axk2": SPARSE,
    "bailing_hybrid": HYBRID,
    "bamba": {**MAMBA, "attn_layer_indices": [1]},
    "blt": {"encoder_hash_byte_group_vocab": VOCABULARY, "encoder_hash_byte_group_size": [3]},
    "camembert": PADDED,
    "cohere": {"logit_scale": 1.0},
    "cohere2": {"logit_scale": 1.0},
    "cohere2_moe": {"logit_scale": 1.0},
    "cohere_compass_text": {**HALF, "rope_parameters": {"sliding_attention": ROPE, "full_attention": ROPE}},
    "cwm": {"bos_token_id": 0},
    "data2vec-text": PADDED,
    "dbrx": {
        "attn_config": {"kv_n_heads": 2, "rope_theta": 10000.0, "clip_qkv": 8.0},
        "ffn_config": {"ffn_hidden_size": 16, "moe_num_experts": 4, "moe_top_k": 2},
    },
    "deepseek_v32": SPARSE,
    "deepseek_v4": {"o_groups": 2, "o_lora_rank": 8, "num_key_value_heads": 1},
    "dots3_note_text": {
        **SPARSE,
        "index_head_dim": 8,
        "shared_experts_intermediate_size": 16,
        "swa_head_dim": 8,
        "swa_num_attention_heads": 4,
        "swa_num_key_value_heads": 4,
        "swa_q_lora_rank": 16,
        "swa_kv_lora_rank": 16,
        "swa_qk_nope_head_dim": 4,
        "swa_v_head_dim": 8,
    },
    "falcon_h1": {**MAMBA, "mamba_d_ssm": 64},
    "gemma3n_text": {**SHARED, "intermediate_size": [48] * 4},
    "glm_moe_dsa": SPARSE,
    "gemma4": {
        "vision_config": {
            "model_type": "gemma4_vision",
            "hidden_size": 32,
            "hidden_size_global": 32,
            "num_hidden_layers": 2,
            "intermediate_size": 48,
            "num_attention_heads": 4,
            "num_key_value_heads": 4,
            "head_dim": 8,
            "position_embedding_size": 64,
        },
        "audio_config": None,
    },
    "gemma4_unified_vision": {"mm_embed_dim": 32, "mm_posemb_size": 8, "output_proj_dims": 32, "patch_size": 4},
    "gemma4_text": {**SHARED, "global_head_dim": 8, "pad_token_id": 0},
    "gemma4_unified_text": {**SHARED, "global_head_dim": 8, "pad_token_id": 0},
    "gpt_neo": {"attention_types": [[["global", "local", "global"], 1]]},
    "granitemoehybrid": {**MAMBA, **HYBRID},
    "inkling2_text": {"swa_num_attention_heads": 4, "swa_num_key_value_heads": 2, "swa_head_dim": 8},
    "inkling_text": {"swa_num_attention_heads": 4, "swa_num_key_value_heads": 2, "swa_head_dim": 8},
    "hrm_text": {"H_cycles": 1, "L_cycles": 1},
    "jamba": {"attn_layer_period": 2, "attn_layer_offset": 1},
    "kimi_linear": {**HYBRID, "linear_head_dim": 8, "linear_num_heads": 4},
    "lfm2": {"layer_types": ["conv", "full_attention", "conv"]},
    "lfm2_moe": {"layer_types": ["conv", "full_attention", "conv"]},
    "longcat_flash": {"head_dim": 4, "expert_ffn_hidden_size": 16, "zero_expert_num": 2},
    "mamba2": {"num_heads": 8, "head_dim": 8, "n_groups": 1, "chunk_size": 8},
    "moshi": {"audio_vocab_size": VOCABULARY},
    "mllama_text_model": {"bos_token_id": 0},
    "emu3_text_model": {"pad_token_id": 0, "bos_token_id": 0},
    "modernbert-decoder": {"pad_token_id": 0, "bos_token_id": 0, "cls_token_id": 0, "sep_token_id": 0},
    "nemotron_h": {
        "layers_block_type": ["mamba", "attention", "moe"],
        "mamba_num_heads": 8,
        "mamba_head_dim": 8,
        "n_groups": 1,
        "chunk_size": 8,
        "ssm_state_size": 8,
        "moe_shared_expert_intermediate_size": 16,
    },
    "prophetnet": {"pad_token_id": 0},
    "qwen3_5_moe_text": HYBRID,
    "qwen3_5_text": HYBRID,
    "qwen3_next": HYBRID,
    "qwen4_exp_text": {
        "layer_types": ["linear_attention", "indexed_attention", "linear_attention"],
        "indexer_n_heads": 4,
        "indexer_kv_heads": 1,
        "indexer_head_dim": 8,
        "indexer_budget": 4,
        "indexer_compress_ratio": 2,
        "hc_lowrank": 8,
    },
    "reformer": {
        "attn_layers": ["local", "lsh", "local"],
        "axial_pos_embds": False,
        "attention_head_size": 8,
        "feed_forward_size": 48,
        "num_buckets": 4,
        "local_attn_chunk_length": 4,
        "lsh_attn_chunk_length": 4,
        "hash_seed": 0,
        "pad_token_id": 0,
    },
    "roberta": PADDED,
    "roberta-prelayernorm": PADDED,
    "roc_bert": {
        "pronunciation_embed_dim": 8,
        "pronunciation_vocab_size": VOCABULARY,
        "shape_embed_dim": 8,
        "shape_vocab_size": VOCABULARY,
    },
    "xlm": {"emb_dim": 32, "causal": True, "embed_init_std": 0.3, "use_lang_emb": False, "pad_token_id": 2},
    "xlm-roberta": PADDED,
    "xlm-roberta-xl": PADDED,
    "xlnet": {"d_inner": 48},
    "xlstm": {"num_heads": 4, "qk_dim_factor": 2.0, "v_dim_factor": 2.0},
    "xmod": {**PADDED, "languages": ["en_XX"], "default_language": "en_XX"},
    "zamba": {
        "num_hidden_layers": 4,
        "layers_block_type": ["linear_attention", "hybrid"] * 2,
        "attention_hidden_size": 64,
    },
    "zamba2": {
        "layers_block_type": ["linear_attention", "hybrid", "linear_attention"],
        "hybrid_layer_ids": [1],
        "num_mem_blocks": 1,
        "chunk_size": 8,
    },
    "zaya": {"num_experts_per_tok": 1},
}


def tiny_config(family: str, **more: Any) -> PreTrainedConfig:
    kind = CONFIG_MAPPING[family]
    config: PreTrainedConfig = kind(**(_settings(kind, family) | more))
    return config


def _settings(kind: Any, family: str) -> dict[str, Any]:
    known = {field.name for field in fields(kind)}
    given: dict[str, Any] = {name: value for name, value in GENERIC.items() if name in known}
    if "vision" in family or "audio" in family:
        given["num_hidden_layers"] = LAYERS - 1
    for name, spec in getattr(kind, "sub_configs_defaults", {}).items():
        inner = str(getattr(spec, "model_type", None))
        if name in known and inner in CONFIG_MAPPING:
            given[name] = {"model_type": inner} | _settings(CONFIG_MAPPING[inner], inner)
    if "kv_lora_rank" in known:  # latent attention: every head has keys of its own
        given["num_key_value_heads"] = 4
    return given | SPECIAL.get(family, {})


def tiny_model(family: str) -> PreTrainedModel:
    return build(tiny_config(family))

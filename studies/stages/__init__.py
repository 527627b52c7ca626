"""The seed's staged experiment on joint soft prompts: infrastructure, single targets, both, decoding, ablations."""

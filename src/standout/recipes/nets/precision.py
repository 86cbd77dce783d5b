"""In which precision nets are trained: bfloat16 where the processor multiplies in it, else float32.

Decided by what the processor is, not by a clock, so that the same command gives the same models on machines of one
kind; it is frozen in the plan of a run.
"""

import torch

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def best_dtype(device: torch.device) -> str:
    """`bfloat16` where matrix products in it are native, else `float32`."""
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    has = torch.cpu.get_capabilities()
    return "bfloat16" if has.get("avx512_bf16") or has.get("amx_bf16") else "float32"

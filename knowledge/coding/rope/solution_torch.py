import torch


def apply_rope(x, positions, *, base=10000.0):
    width = x.shape[-1]
    if width % 2:
        raise ValueError(f"a width of {width} can't be cut into pairs")
    half = width // 2
    # Never in the dtype of x: float16 has no 2049, and bfloat16 no 257.
    exact = torch.promote_types(x.dtype, torch.float32)
    frequencies = base ** (-2.0 * torch.arange(half, dtype=exact, device=x.device) / width)
    angles = positions[..., None] * frequencies  # (N, D/2) or (B, N, D/2)
    if positions.ndim == 2:
        angles = angles[:, None]  # the same for all heads
    cos, sin = angles.cos(), angles.sin()

    first, second = x[..., :half], x[..., half:]
    turned = torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)
    return turned.to(x.dtype)

import numpy as np


def apply_rope(x, positions, *, base=10000.0):
    width = x.shape[-1]
    if width % 2:
        raise ValueError(f"a width of {width} can't be cut into pairs")
    half = width // 2
    # Never in the dtype of x: float16 has no 2049, and bfloat16 no 257.
    frequencies = base ** (-2.0 * np.arange(half) / width)
    angles = positions[..., None] * frequencies  # (N, D/2) or (B, N, D/2)
    if positions.ndim == 2:
        angles = angles[:, None]  # the same for all heads
    cos, sin = np.cos(angles), np.sin(angles)

    first, second = x[..., :half], x[..., half:]
    turned = np.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1)
    return turned.astype(x.dtype)

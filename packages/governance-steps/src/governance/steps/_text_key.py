"""A 64-bit key for every value of an Arrow string column, from its buffers."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.steps._mixing import MISSING_KEY, mixed

_BLOCK = 32_768
_WORD = 8  # bytes
# Of longer strings, the first bytes, the last ones and the length make the key: equal keys are
# compared in full wherever they matter.
_LONGEST = 128

# Which bytes of a word belong to a value that ends after 0 to 8 of them.
_KEPT = np.array([(1 << (8 * kept)) - 1 for kept in range(_WORD + 1)], dtype=np.uint64)


def text_keys(texts: pa.ChunkedArray) -> NDArray[np.uint64]:
    """Hash strings, equal ones to equal keys.

    Args:
        texts: Strings of Arrow's type `string` or `large_string`.

    Returns:
        One key for each; missing ones share one.
    """
    keys = np.empty(len(texts), np.uint64)
    row = 0
    for chunk in texts.chunks:
        for start in range(0, len(chunk), _BLOCK):
            part = chunk.slice(start, _BLOCK)
            keys[row : row + len(part)] = _block_keys(part)
            row += len(part)
    return keys


def _block_keys(part: pa.Array) -> NDArray[np.uint64]:
    offset_type = np.int64 if pa.types.is_large_string(part.type) else np.int32
    _, offsets_buffer, bytes_buffer = part.buffers()
    item = np.dtype(offset_type).itemsize
    offsets = np.frombuffer(offsets_buffer, offset_type, len(part) + 1, part.offset * item).astype(
        np.int64
    )
    words, origin = _words(bytes_buffer, int(offsets[0]), int(offsets[-1]))
    starts = offsets[:-1] - origin
    lengths = np.diff(offsets)
    keys = mixed(lengths.view(np.uint64))
    longest = int(lengths.max())
    for position in range(0, min(longest, _LONGEST), _WORD):
        left = lengths - position
        if int(left.min()) >= _WORD:  # all values have this whole word
            keys = mixed(keys ^ words[starts + position])
            continue
        rows = np.flatnonzero(left > 0)
        word = words[starts[rows] + position] & _KEPT[np.minimum(left[rows], _WORD)]
        keys[rows] = mixed(keys[rows] ^ word)
    if longest > _LONGEST:
        rows = np.flatnonzero(lengths > _LONGEST)
        keys[rows] = mixed(keys[rows] ^ words[starts[rows] + lengths[rows] - _WORD])
    if part.null_count:
        keys[part.is_null().to_numpy(zero_copy_only=False)] = MISSING_KEY
    return keys


def _words(buffer: Any, begin: int, end: int) -> tuple[NDArray[np.uint64], int]:
    """Return the word that begins at each byte, and which byte of the buffer is the first.

    The last value may end less than a word before the buffer does; its block is then copied
    and padded. Arrow pads most buffers so that this is rare.
    """
    if buffer is None or buffer.size < end + _WORD:
        padded = np.zeros(end - begin + _WORD, np.uint8)
        if end > begin:
            padded[: end - begin] = np.frombuffer(buffer, np.uint8, end - begin, begin)
        return np.ndarray((end - begin + 1,), "<u8", padded, strides=(1,)), begin
    return np.ndarray((buffer.size - _WORD + 1,), "<u8", buffer, strides=(1,)), 0

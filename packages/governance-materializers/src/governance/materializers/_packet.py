"""Short Arrow arrays as text, for what a file's note holds: labels and categories."""

import base64

import pyarrow as pa


def pack(arrays: list[pa.Array | pa.ChunkedArray]) -> str:
    """Write Arrow arrays as text.

    Args:
        arrays: Arrays of equal length.
    """
    table = pa.Table.from_arrays(arrays, names=[str(level) for level in range(len(arrays))])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return base64.b64encode(sink.getvalue()).decode()


def unpack(text: str) -> list[pa.ChunkedArray]:
    """Read the Arrow arrays that `pack` wrote.

    Args:
        text: What `pack` returned.
    """
    with pa.ipc.open_stream(base64.b64decode(text)) as reader:
        columns: list[pa.ChunkedArray] = reader.read_all().columns
    return columns

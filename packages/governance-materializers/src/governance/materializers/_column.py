"""One column, or one level of an index, to Arrow and back.

Each has a spec, a small JSON object that says how to read the Arrow column again: `as` names
the way, `dtype` the dtype in pandas. Specs are part of the file format.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.types import pandas_dtype
from pandas.tseries.frequencies import to_offset

from governance.materializers import _objects
from governance.materializers._failure import Unfaithful
from governance.materializers._packet import pack, unpack

Spec: TypeAlias = dict[str, Any]
Arrow: TypeAlias = pa.Array | pa.ChunkedArray
Values: TypeAlias = Any  # a Series, an Index or an array of pandas

_WIDEST_FLOAT = 8  # bytes; Arrow has no long double
_CAST = "cast to another dtype, or repair the values"
_REMEDIES = {  # by the kind of a NumPy dtype
    "c": "store real and imaginary part as two columns",
    "f": "{it}.astype('float64')",
}


def encode(values: Values) -> tuple[Arrow, Spec]:
    """Convert a column to Arrow.

    Args:
        values: A Series, or an Index that is no MultiIndex.

    Returns:
        The Arrow array and its spec.

    Raises:
        Unfaithful: If it would not come back as it is.
    """
    dtype = values.dtype
    convert = _ENCODERS.get(np.dtype if isinstance(dtype, np.dtype) else type(dtype), _refuse)
    try:
        array, spec = convert(values, dtype)
    except (pa.ArrowException, ArithmeticError, TypeError, ValueError) as error:
        # Arrow's own message may quote values of the data.
        raise Unfaithful(f"dtype {dtype} with values that Parquet cannot hold", _CAST) from error
    # An Index of times has one; of a Series it would be the row that is labelled "freq".
    freq = getattr(values, "freq", None) if isinstance(values, pd.Index) else None
    if freq is not None and spec["as"] != "extension":
        spec["freq"] = _spelled_freq(freq)
    return array, spec


def decode(column: pa.ChunkedArray, spec: Spec) -> Values:
    """Convert an Arrow column back to what `encode` was given.

    Args:
        column: The stored column.
        spec: What `encode` returned with it.

    Returns:
        A Series or an array of pandas, with the dtype it had.
    """
    return _DECODERS[spec["as"]](column, spec)


def decode_as_index(column: pa.ChunkedArray, spec: Spec, name: object = None) -> Any:
    """Convert an Arrow column back to the Index that `encode` was given.

    Args:
        column: The stored column.
        spec: What `encode` returned with it.
        name: The name of the index.
    """
    values = decode(column, spec)
    index: Any = pd.Index(values, dtype=values.dtype, name=name)
    if "freq" in spec:
        index.freq = to_offset(spec["freq"])
    return index


def is_plain(spec: Spec) -> bool:
    """Whether Arrow itself converts the column back, many columns at a time.

    Args:
        spec: What `encode` returned.
    """
    return bool(spec["as"] == "plain")


def _encode_numpy(values: Values, dtype: "np.dtype[Any]") -> tuple[Arrow, Spec]:
    if dtype.kind == "O":
        array, missing = _objects.encode(values.to_numpy())
        return array, {"as": "object", "missing": missing}
    if not dtype.isnative:
        native = "{it}.astype({it}.dtype.newbyteorder('='))"
        raise Unfaithful(f"dtype {dtype} in foreign byte order", native)
    if dtype.kind not in "bfiumM" or (dtype.kind == "f" and dtype.itemsize > _WIDEST_FLOAT):
        raise Unfaithful(f"dtype {dtype}", _REMEDIES.get(dtype.kind, _CAST))
    return _encode_time(pa.array(values.to_numpy(), from_pandas=True), dtype)


def _encode_zoned(values: Values, dtype: Any) -> tuple[Arrow, Spec]:
    if not _is_spelled(dtype):
        remedy = "convert to a time zone with a name, e.g. with tz_convert('UTC')"
        raise Unfaithful(f"dtype {dtype}, whose time zone has no name", remedy)
    return _encode_time(pa.array(values.array), dtype)


def _encode_time(array: Arrow, dtype: Any) -> tuple[Arrow, Spec]:
    if pa.types.is_timestamp(array.type) and array.type.unit == "s":
        # Parquet knows no seconds; cast here, where an overflow can be told of the column.
        spec = {"as": "seconds", "dtype": str(dtype)}
        return array.cast(pa.timestamp("ms", array.type.tz)), spec
    return array, {"as": "plain", "dtype": str(dtype)}


def _decode_plain(column: pa.ChunkedArray, spec: Spec) -> Values:
    return column.to_pandas().astype(spec["dtype"]).array


def _decode_object(column: pa.ChunkedArray, spec: Spec) -> Values:
    # Named as objects; pandas would make text of them where it sees text.
    return pd.Series(_objects.decode(column, spec["missing"]), dtype=object)


def _encode_masked(values: Values, dtype: Any) -> tuple[Arrow, Spec]:
    if dtype.kind == "f" and np.isnan(values.to_numpy(dtype="float64", na_value=0.0)).any():
        raise Unfaithful(f"dtype {dtype} with NaN beside NA", "{it}.where({it} == {it})")
    return pa.array(values.array), {"as": "extension", "dtype": str(dtype)}


def _encode_storage(values: Values, dtype: Any) -> tuple[Arrow, Spec]:
    if not _is_spelled(dtype):
        raise Unfaithful(f"dtype {dtype}, whose name does not say all of it", _CAST)
    # Plain numbers in the file, since only pandas knows its own Arrow types.
    way = "interval" if isinstance(dtype, pd.IntervalDtype) else "extension"
    return pa.array(values.array).storage, {"as": way, "dtype": str(dtype)}


def _decode_extension(column: pa.ChunkedArray, spec: Spec) -> Values:
    dtype: Any = pandas_dtype(spec["dtype"])
    return dtype.__from_arrow__(column)


def _decode_interval(column: pa.ChunkedArray, spec: Spec) -> Values:
    dtype: Any = pandas_dtype(spec["dtype"])
    kind = pa.array(pd.array([], dtype=dtype)).type
    chunks = [pa.ExtensionArray.from_storage(kind, chunk) for chunk in column.chunks]
    return dtype.__from_arrow__(pa.chunked_array(chunks, type=kind))


def _encode_string(values: Values, dtype: Any) -> tuple[Arrow, Spec]:
    missing = "NA" if dtype.na_value is pd.NA else "nan"
    return pa.array(values.array), {"as": "string", "storage": dtype.storage, "missing": missing}


def _decode_string(column: pa.ChunkedArray, spec: Spec) -> Values:
    # pandas 2.2 knows no other missing value than NA, and no such argument.
    options = {} if spec["missing"] == "NA" else {"na_value": np.nan}
    dtype: Any = pd.StringDtype(spec["storage"], **options)
    return dtype.__from_arrow__(column)


def _encode_arrow(values: Values, _dtype: Any) -> tuple[Arrow, Spec]:
    return pa.chunked_array(values.array.__arrow_array__()), {"as": "arrow"}


def _decode_arrow(column: pa.ChunkedArray, _spec: Spec) -> Values:
    return pd.arrays.ArrowExtensionArray(column)


def _encode_category(values: Values, dtype: Any) -> tuple[Arrow, Spec]:
    categories, spec = encode(dtype.categories)
    codes = values.array.codes
    column = pa.array(codes, mask=codes == -1)
    if pa.types.is_string(categories.type) or pa.types.is_large_string(categories.type):
        # Other readers of the file see the text, not the codes.
        column = pa.DictionaryArray.from_arrays(column, categories)
    return column, {
        "as": "category",
        "ordered": dtype.ordered,
        "categories": pack([categories]),
        "of": spec,
    }


def _decode_category(column: pa.ChunkedArray, spec: Spec) -> Values:
    categories = decode_as_index(unpack(spec["categories"])[0], spec["of"])
    codes = np.full(len(column), -1)
    start = 0
    for chunk in column.chunks:
        rows = codes[start : start + len(chunk)]
        start += len(chunk)
        valid = chunk.is_valid().to_numpy(zero_copy_only=False)
        if pa.types.is_dictionary(chunk.type):
            # A reader may leave out unused categories, or order them anew.
            texts = pd.Index(chunk.dictionary.to_numpy(zero_copy_only=False), dtype=object)
            rows[valid] = categories.get_indexer(texts)[chunk.indices.drop_null()]
        else:
            rows[valid] = chunk.drop_null()
    dtype = pd.CategoricalDtype(categories, ordered=spec["ordered"])
    return pd.Categorical.from_codes(codes, dtype=dtype)


def _refuse(_values: Values, dtype: Any) -> tuple[Arrow, Spec]:
    sparse = isinstance(dtype, pd.SparseDtype)
    raise Unfaithful(f"dtype {dtype}", "{it}.sparse.to_dense()" if sparse else _CAST)


def _is_spelled(dtype: Any) -> bool:
    try:
        return bool(pandas_dtype(str(dtype)) == dtype)
    except TypeError:
        return False


def _spelled_freq(freq: Any) -> str:
    try:
        spelled = to_offset(freq.freqstr) == freq
    except ValueError:
        spelled = False
    if not spelled:
        found = f"a frequency of type {_objects.name_of(type(freq))}"
        raise Unfaithful(found, "{it}.freq = None")
    return str(freq.freqstr)


_ENCODERS: dict[type, Callable[[Values, Any], tuple[Arrow, Spec]]] = {
    np.dtype: _encode_numpy,
    pd.ArrowDtype: _encode_arrow,
    pd.BooleanDtype: _encode_masked,
    pd.CategoricalDtype: _encode_category,
    pd.DatetimeTZDtype: _encode_zoned,
    pd.Float32Dtype: _encode_masked,
    pd.Float64Dtype: _encode_masked,
    pd.Int8Dtype: _encode_masked,
    pd.Int16Dtype: _encode_masked,
    pd.Int32Dtype: _encode_masked,
    pd.Int64Dtype: _encode_masked,
    pd.IntervalDtype: _encode_storage,
    pd.PeriodDtype: _encode_storage,
    pd.StringDtype: _encode_string,
    pd.UInt8Dtype: _encode_masked,
    pd.UInt16Dtype: _encode_masked,
    pd.UInt32Dtype: _encode_masked,
    pd.UInt64Dtype: _encode_masked,
}
_DECODERS: dict[str, Callable[[pa.ChunkedArray, Spec], Values]] = {
    "arrow": _decode_arrow,
    "category": _decode_category,
    "extension": _decode_extension,
    "interval": _decode_interval,
    "object": _decode_object,
    "plain": _decode_plain,
    "seconds": _decode_plain,
    "string": _decode_string,
}

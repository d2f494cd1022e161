"""A data contract from a file of the Open Data Contract Standard, version 3.

The standard: https://bitol-io.github.io/open-data-contract-standard
"""

from collections.abc import Mapping, Sequence
from typing import Any

from governance.steps._failure import GateConfigurationError
from governance.steps._odcs_claim import Claim, Claims
from governance.steps._odcs_limit import UnheldError
from governance.steps._odcs_option import claim_options
from governance.steps._odcs_quality import Subject, allowed_values, claim_key, claim_quality
from governance.steps._odcs_service import Owners, claim_service
from governance.steps._wording import column_label, shown

# In version 3.0 a date may well have a time, and pandas keeps dates as times.
_FAMILIES = {
    "string": "text",
    "date": "moment",
    "timestamp": "datetime",
    "number": "number",
    "integer": "integer",
    "boolean": "bool",
    "array": "object",
    "object": "object",
}


def is_odcs(value: object) -> bool:
    """Tell whether what was read from a file is a contract of the standard.

    Args:
        value: What the file holds.
    """
    return isinstance(value, Mapping) and (
        value.get("kind") == "DataContract" or "apiVersion" in value
    )


def translated(
    document: Mapping[str, Any], source: str, name: str | None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Translate a contract of the standard into the short form.

    Args:
        document: What the file holds.
        source: What errors call it.
        name: The schema object that the data is; None for the only one.

    Returns:
        The short form, and a line for each rule that it cannot hold.

    Raises:
        GateConfigurationError: If it is of another version, or has no such object.
    """
    version = document.get("apiVersion")
    if not isinstance(version, str) or not version.startswith("v3."):
        raise GateConfigurationError(
            f"{source}: found apiVersion {shown(version)}, expected one of v3, such as v3.1.0."
        )
    objects = _objects(document.get("schema"), f"{source}: schema")
    chosen = _chosen(objects, source, name)
    claims = Claims()
    subject = _subject(chosen, source)
    _claim_properties(chosen, subject, claims)
    claim_quality(chosen.get("quality") or [], subject, claims)
    if chosen.get("relationships"):
        claims.leave(f"{subject.place}.relationships", "a contract knows one table only")
    others = {name for part in objects if part is not chosen for name in _names(part)}
    owners = Owners(_names(chosen), others, subject.names, is_alone=len(objects) == 1)
    levels = document.get("slaProperties")
    claim_service(levels, document.get("slaDefaultElement"), owners, claims)
    contract = claims.as_contract()
    return contract, tuple(claims.left)


def _objects(value: Any, place: str) -> list[Mapping[str, Any]]:
    if isinstance(value, list) and value and all(_is_named(part) for part in value):
        return value
    raise GateConfigurationError(f"{place} must be a list of objects with names.")


def _is_named(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("name"), str) and value["name"] != ""


def _chosen(
    objects: Sequence[Mapping[str, Any]], source: str, name: str | None
) -> Mapping[str, Any]:
    found = [part for part in objects if name in {None, part["name"], part.get("physicalName")}]
    if len(found) == 1:
        return found[0]
    names = ", ".join(column_label(part["name"]) for part in objects)
    if name is None:
        raise GateConfigurationError(f"{source} has several objects; choose one of {names}.")
    raise GateConfigurationError(
        f"{source} has {len(found) or 'no'} object{'s' if found else ''} "
        f"{column_label(name)!r}; it has {names}."
    )


def _subject(chosen: Mapping[str, Any], source: str) -> Subject:
    name = chosen["name"]
    if chosen.get("properties") is None:
        return Subject(column_label(name), None, {})
    properties = _objects(chosen["properties"], f"{source}: properties of {column_label(name)}")
    return Subject(column_label(name), None, {part["name"]: _column(part) for part in properties})


def _names(part: Mapping[str, Any]) -> set[str]:
    return {str(part[key]) for key in ("name", "physicalName") if part.get(key)}


def _column(part: Mapping[str, Any]) -> str:
    return str(part.get("physicalName") or part["name"])


def _claim_properties(chosen: Mapping[str, Any], subject: Subject, claims: Claims) -> None:
    keys = []
    for part in chosen.get("properties") or []:
        column = _column(part)
        claims.columns.append(column)
        place = f"{subject.place}.{column_label(part['name'])}"
        _claim_property(part, Subject(place, column, subject.names), claims)
        if part.get("primaryKey") is True:
            position = part.get("primaryKeyPosition")
            placed = isinstance(position, int) and position > 0
            keys.append((position if placed else len(chosen["properties"]), column))
    if keys:
        columns = [column for _, column in sorted(keys, key=lambda key: key[0])]
        claims.held.append(Claim(f"{subject.place}.primaryKey", None, "key", columns))


def _claim_property(part: Mapping[str, Any], subject: Subject, claims: Claims) -> None:
    place, column = subject.place, str(subject.column)
    kind = part.get("logicalType")
    family = _FAMILIES.get(str(kind))
    if family is not None:
        claims.held.append(Claim(place, column, "dtype", family))
    elif kind or part.get("physicalType"):
        told = kind or part["physicalType"]
        claims.leave(place, f"a contract has no type {column_label(str(told))!r}")
    if part.get("required") is True:
        claims.held.append(Claim(f"{place}.required", column, "missing", 0))
    if part.get("unique") is True:
        claim_key([column], f"{place}.unique", "error", claims)
    if part.get("enum"):
        _claim_enum(part["enum"], place, column, claims)
    if part.get("logicalTypeOptions"):
        claim_options(part["logicalTypeOptions"], str(kind), column, place, claims)
    claim_quality(part.get("quality") or [], subject, claims)
    for key, reason in _UNHELD.items():
        if part.get(key):
            claims.leave(f"{place}.{key}", reason)


_UNHELD = {
    "properties": "a contract looks at whole columns only",
    "items": "a contract looks at whole columns only",
    "map": "a contract looks at whole columns only",
    "relationships": "a contract knows one table only",
}


def _claim_enum(entries: Any, place: str, column: str, claims: Claims) -> None:
    listed = entries if isinstance(entries, list) else []
    values = [entry.get("value") if isinstance(entry, Mapping) else entry for entry in listed]
    try:
        claims.held.append(Claim(f"{place}.enum", column, "allowed", allowed_values(values)))
    except UnheldError as unheld:
        claims.leave(f"{place}.enum", str(unheld))

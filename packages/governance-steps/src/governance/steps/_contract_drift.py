"""What a data contract may say about the drift of a column."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, model_validator

_DEFAULT_MAX = 0.1


class DriftRule(BaseModel):
    """How far the values of a column may have moved from those of the reference.

    Attributes:
        method: How that is measured: `psi`, the population stability index; `ks`, the largest
            distance of the distribution functions (numbers and times only); `chi2`, Cramer's V;
            `js`, the Jensen-Shannon distance to base 2.
        max: The most it may be; what chance does with so few rows passes as well.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["psi", "ks", "chi2", "js"]
    max: Annotated[StrictFloat | StrictInt, Field(ge=0, allow_inf_nan=False)] = _DEFAULT_MAX

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"method": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _reachable(self) -> "DriftRule":
        if self.method != "psi" and self.max > 1:
            raise ValueError(f"a max of at most 1, for {self.method} is never more")
        return self

    def parameters(self) -> dict[str, Any]:
        """Return the rule as a check has it."""
        return {"method": self.method, "limit": float(self.max)}

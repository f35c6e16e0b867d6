"""The error tree.

KineticError                      everything this package raises on purpose
├── SettingsError                 key, base URL or limits are missing or wrong: nothing was sent
├── EnvironmentMismatchError      an endpoint of the sandbox met with a production key, or the reverse
├── AdoptionError                 `adopt` names an endpoint that can't be taken over
├── PartialCreateError            the endpoint exists, but what had to follow its creation failed
├── JournalError                  the journal of creates can't be written or read
├── StackError                    a stack can't be read or changed through the Pulumi CLI
├── UnexpectedError               a defect of this package, told without the values it met
└── ApiError                      a call of the Kinetic API failed
    ├── NoAnswerError             connection refused, reset or timed out
    ├── UnreadableAnswerError     an answer that the API reference doesn't know (a proxy's page, cut JSON)
    ├── UnauthorizedError         401
    ├── ForbiddenError            403
    ├── NotFoundError             404 whose body says `not_found`: the endpoint doesn't exist
    ├── ConflictError             409
    ├── TooManyRequestsError      429
    ├── ServerError               5xx
    └── RejectedError             any other 4xx: the request itself is at fault
"""

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class KineticError(Exception):
    """Root of the tree; `str()` of it is fit to be shown to a user and holds no secret."""


class SettingsError(KineticError):
    """Configuration is missing or wrong; `problems` has one sentence for each mistake."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class EnvironmentMismatchError(KineticError):
    """The state belongs to one environment, the API key to the other."""

    def __init__(self, endpoint_id: str, belongs_to: str, key_of: str) -> None:
        super().__init__(
            f"{endpoint_id} belongs to the {belongs_to} environment, but the API key is of {key_of}. "
            f"Set kinetic:apiKey (and kinetic:baseUrl) to those of {belongs_to}, or use a stack of its own "
            f"for {key_of}. Nothing was sent."
        )


class AdoptionError(KineticError):
    """`adopt` names an endpoint that doesn't exist here or is managed already."""


class PartialCreateError(KineticError):
    """The endpoint was created, but a call that had to follow failed.

    `endpoint_id` and `state` (secret included) are those of the endpoint that exists now.
    """

    def __init__(self, endpoint_id: str, state: dict[str, Any], cause: KineticError) -> None:
        super().__init__(f"{endpoint_id} was created, but {cause}")
        self.endpoint_id = endpoint_id
        self.state = state


class JournalError(KineticError):
    """The journal of creates can't be written (nothing was sent) or read."""


class StackError(KineticError):
    """A stack can't be read or changed through the Pulumi CLI."""


class UnexpectedError(KineticError):
    """A defect: the kind of exception and its place, but not its text, which may hold values."""

    @classmethod
    def of(cls, doing: str, error: Exception) -> "UnexpectedError":
        """What a door tells instead of an exception that nobody foresaw."""
        place = traceback.extract_tb(error.__traceback__)[-1]
        return cls(
            f"could not {doing}: unexpected {type(error).__name__} in {place.name}, line {place.lineno} of "
            f"{Path(place.filename).name}. This is a defect of pulumi-kinetic: please report it"
        )


class ApiError(KineticError):
    """A call of the API failed.

    Attributes: `operation` ("create a webhook endpoint for …"), `status` (HTTP, None without an answer),
    `request_id` (the answer's MD-Request-Id, if any), `retry_after` (its Retry-After, as sent), `attempts` (how
    often the request was sent).
    """

    def __init__(
        self, operation: str, problem: str, *, status: int | None = None, request_id: str | None = None
    ) -> None:
        suffix = f" (request id {request_id})" if request_id else ""
        super().__init__(f"could not {operation}: {problem}{suffix}")
        self.operation = operation
        self.status = status
        self.request_id = request_id
        self.retry_after: str | None = None
        self.attempts = 1


class NoAnswerError(ApiError):
    """No answer came; whether the request was carried out is not known."""


class UnreadableAnswerError(ApiError):
    """An answer came that isn't one of the API reference's."""


class UnauthorizedError(ApiError):
    """401: the API key is unknown, revoked or of another environment."""


class ForbiddenError(ApiError):
    """403: the API key lacks a scope."""


class NotFoundError(ApiError):
    """404 on the API's own word: no such endpoint in this organization and environment."""


class ConflictError(ApiError):
    """409."""


class TooManyRequestsError(ApiError):
    """429."""


class ServerError(ApiError):
    """5xx."""


class RejectedError(ApiError):
    """Any other 4xx."""

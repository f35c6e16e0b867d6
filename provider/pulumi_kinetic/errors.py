"""The error tree, and the boundary that lets nothing else reach a user.

KineticError                      everything this package raises on purpose
├── SettingsError                 key, base URL or limits are missing or wrong: nothing was sent
├── EnvironmentMismatchError      a production key used on a sandbox endpoint, or the reverse
├── AccountMismatchError          a missing endpoint that another key or base URL may still have
├── AdoptionError                 `adopt` names an endpoint that can't be taken over
├── SettledError                  an interrupted create that can't be continued any more: nothing was created
├── JournalError                  the journal of creates can't be written or read
├── StackError                    a stack can't be read or changed through the Pulumi CLI
├── UnexpectedError               a defect of this package, reported without the values involved
└── ApiError                      a call of the Kinetic API failed
    ├── NoAnswerError             connection refused, reset or timed out
    ├── UnreadableAnswerError     an answer that the API reference doesn't describe (a proxy's page, cut JSON)
    ├── UnauthorizedError         401
    ├── ForbiddenError            403
    ├── NotFoundError             404 whose body says `not_found`: the endpoint doesn't exist
    ├── ConflictError             409
    ├── TooManyRequestsError      429
    ├── ServerError               5xx
    └── RejectedError             any other 4xx: the request itself is at fault
"""

import traceback
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from typing_extensions import Self

P = ParamSpec("P")
T = TypeVar("T")


class KineticError(Exception):
    """Root of the tree; its text is fit for a user and holds no secret.

    Attributes:
        advice: What the user can do about it, shown on a line of its own; "" where there is nothing to say.
    """

    def __init__(self, problem: str, *, advice: str = "") -> None:
        super().__init__(problem)
        self.advice = advice

    def __str__(self) -> str:
        problem = super().__str__()
        return f"{problem}\n{self.advice}" if self.advice else problem

    def with_advice(self, advice: str) -> "Self":
        """Return a copy of this error that says what to do; an exception in flight isn't edited."""
        copy = type(self).__new__(type(self))
        copy.args = self.args
        copy.__dict__.update(self.__dict__, advice=advice)
        return copy


class SettingsError(KineticError):
    """Configuration is missing or wrong.

    Attributes:
        problems: One sentence for each mistake.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


class EnvironmentMismatchError(KineticError):
    """The state belongs to one environment, the API key to the other."""

    def __init__(self, endpoint_id: str, endpoint_environment: str, key_environment: str) -> None:
        super().__init__(
            f"{endpoint_id} belongs to the {endpoint_environment} environment, but the API key is of "
            f"{key_environment}. Nothing was sent.",
            advice=f"Set kinetic:apiKey (and kinetic:baseUrl) to those of {endpoint_environment}, or use another stack "
            f"for {key_environment}.",
        )


class AdoptionError(KineticError):
    """`adopt` names an endpoint that doesn't exist here or is managed already."""


class SettledError(KineticError):
    """The create of an earlier run can't be continued any more; nothing was created."""


class JournalError(KineticError):
    """The journal of creates can't be written (nothing was sent) or read."""


class StackError(KineticError):
    """A stack can't be read or changed through the Pulumi CLI."""


class UnexpectedError(KineticError):
    """A defect: the kind of exception and its place, but not its text, which may hold values."""

    @classmethod
    def of(cls, operation: str, error: Exception) -> "UnexpectedError":
        """Report an exception that nobody foresaw in an operation ("create the endpoint")."""
        place = traceback.extract_tb(error.__traceback__)[-1]
        return cls(
            f"could not {operation}: unexpected {type(error).__name__} in {place.name}, line {place.lineno} of "
            f"{Path(place.filename).name}.",
            advice="This is a defect of pulumi-kinetic: please report it.",
        )


class ApiError(KineticError):
    """A call of the API failed.

    Attributes:
        operation: What was tried, with its target ("read webhook endpoint we_1").
        status: The HTTP status; None without an answer.
        request_id: The answer's MD-Request-Id, if any.
        retry_after_seconds: How long the answer's Retry-After asks to wait; 0 where it doesn't.
        attempts: How often the request had been sent when it failed for good.
        may_have_arrived: Whether any attempt of this call can have been carried out, all the same.
    """

    def __init__(  # noqa: PLR0913 an exception is built whole
        self,
        operation: str,
        problem: str,
        *,
        status: int | None = None,
        server_message: str = "",
        request_id: str | None = None,
        retry_after_seconds: float = 0,
        attempts: int = 1,
        may_have_arrived: bool = True,
        advice: str = "",
    ) -> None:
        wait = f"; retry after {retry_after_seconds:.0f} s" if retry_after_seconds else ""
        words = f". The server says: {server_message}" if server_message else ""
        suffix = f" (request id {request_id})" if request_id else ""
        super().__init__(f"could not {operation}: {problem}{wait}{words}{suffix}", advice=advice)
        self.operation = operation
        self.status = status
        self.request_id = request_id
        self.retry_after_seconds = retry_after_seconds
        self.attempts = attempts
        self.may_have_arrived = may_have_arrived


class NoAnswerError(ApiError):
    """No answer came; whether the request was carried out isn't known."""


class UnreadableAnswerError(ApiError):
    """An answer came that the API reference doesn't describe."""


class UnauthorizedError(ApiError):
    """401: the API key is unknown, revoked or of another environment."""


class ForbiddenError(ApiError):
    """403: the API key lacks a scope."""


class NotFoundError(ApiError):
    """404, and the API's own body says `not_found`: no such endpoint in this organization and environment."""


class AccountMismatchError(KineticError):
    """The API doesn't have an endpoint of the state, whose API key or base URL was another one."""

    def __init__(self, missing: NotFoundError, *, state_origin: str, origin: str, is_known: bool) -> None:
        """Name both places, and no key.

        Args:
            missing: What the API has answered.
            state_origin: Scheme and host at which the state has the endpoint; "" where it doesn't say.
            origin: Scheme and host that this run asks.
            is_known: Whether the state says where it has the endpoint.
        """
        elsewhere = state_origin if state_origin != origin else "there too, but with another API key or path"
        place = f"the state has it from {elsewhere}" if is_known else "the state doesn't say with which key it was made"
        unless = ", unless by an attempt whose answer was lost" if missing.may_have_arrived else ""
        suffix = f"{unless} (request id {missing.request_id})" if missing.request_id else unless
        super().__init__(
            f"could not {missing.operation}: it doesn't exist at {origin} with this API key (404); {place}, and none "
            f"of the stack's endpoints was found here. Nothing was changed{suffix}",
            advice="Correct kinetic:apiKey and kinetic:baseUrl. If the endpoint is really gone, run "
            "`pulumi state delete URN`.",
        )


class ConflictError(ApiError):
    """409: the API has such an endpoint already, or is at work on the same create."""


class TooManyRequestsError(ApiError):
    """429: the API limits the rate of requests."""


class ServerError(ApiError):
    """5xx: the API, or a proxy in front of it, failed."""


class RejectedError(ApiError):
    """Any other 4xx: the API refuses the request as it is."""


def user_facing(
    operation: str, *, passing: tuple[type[Exception], ...] = ()
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a function raise nothing but a KineticError: the boundary of both doors and of the command.

    A dynamic provider's exception reaches the user as a traceback: raised again here, without cause and inner frames,
    a few lines remain. See docs/contributing/engine-facts.md#errors-of-a-dynamic-provider.

    Args:
        operation: What the function does, as the user would say it: "create the endpoint".
        passing: Exceptions that are no defects here: a command's own way to end.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return function(*args, **kwargs)
            except passing:
                raise
            except KineticError as error:
                raise error.with_traceback(None) from None
            except Exception as error:  # noqa: BLE001 whatever it is, its text may hold a secret
                raise UnexpectedError.of(operation, error) from None

        return guarded

    return decorate

"""Webhook endpoints of the Kinetic API as Pulumi resources."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_kinetic.arguments import OptionError
    from pulumi_kinetic.dynamic import WebhookEndpoint
    from pulumi_kinetic.errors import (
        AccountMismatchError,
        AdoptionError,
        ApiError,
        ConflictError,
        EnvironmentMismatchError,
        ForbiddenError,
        JournalError,
        KineticError,
        NoAnswerError,
        NotFoundError,
        RejectedError,
        ServerError,
        SettingsError,
        SettledError,
        StackError,
        TooManyRequestsError,
        UnauthorizedError,
        UnexpectedError,
        UnreadableAnswerError,
    )
    from pulumi_kinetic.lookups import (
        WebhookEndpointInfo,
        get_webhook_endpoint,
        get_webhook_endpoint_output,
        list_webhook_endpoints,
        list_webhook_endpoints_output,
    )
    from pulumi_kinetic.rotating import RotatingWebhookEndpoint

__version__ = "0.1.0"

__all__ = [
    "AccountMismatchError",
    "AdoptionError",
    "ApiError",
    "ConflictError",
    "EnvironmentMismatchError",
    "ForbiddenError",
    "JournalError",
    "KineticError",
    "NoAnswerError",
    "NotFoundError",
    "OptionError",
    "RejectedError",
    "RotatingWebhookEndpoint",
    "ServerError",
    "SettingsError",
    "SettledError",
    "StackError",
    "TooManyRequestsError",
    "UnauthorizedError",
    "UnexpectedError",
    "UnreadableAnswerError",
    "WebhookEndpoint",
    "WebhookEndpointInfo",
    "get_webhook_endpoint",
    "get_webhook_endpoint_output",
    "list_webhook_endpoints",
    "list_webhook_endpoints_output",
]
_MODULES = {"WebhookEndpoint": "dynamic", "RotatingWebhookEndpoint": "rotating", "OptionError": "arguments"}


if not TYPE_CHECKING:  # a type checker that saw it would believe in any name

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used: the command and the plugin need little of the SDK, or none."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = _MODULES.get(name) or ("errors" if name.endswith("Error") else "lookups")
        return getattr(import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]

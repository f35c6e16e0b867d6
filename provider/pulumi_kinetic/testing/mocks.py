"""Mocks of Pulumi's runtime for unit tests: the real checks of this package, without engine and network."""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs
from pulumi.runtime.rpc import is_rpc_secret, unwrap_rpc_secret, wrap_rpc_secret
from pydantic.alias_generators import to_camel

from pulumi_kinetic import inputs, lookups
from pulumi_kinetic.address import DYNAMIC_TYPE
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.endpoint import PLUGIN_TYPE, Inputs
from pulumi_kinetic.errors import KineticError, NotFoundError
from pulumi_kinetic.inputs import Failure
from pulumi_kinetic.lookups import WebhookEndpointInfo
from pulumi_kinetic.schema import GET, LIST
from pulumi_kinetic.settings import Environment
from pulumi_kinetic.values import PROVIDER_PICKLE, UNKNOWN

CREATED_AT = "2026-01-01T00:00:00Z"
Outputs = dict[str, Any]  # what Pulumi's mocks pass on: any values, under the names of the schema


class CheckError(KineticError):
    """The check refuses what the program declares, as `pulumi preview` would.

    Attributes:
        resource: The resource's name.
        problems: One sentence for each mistake.
    """

    def __init__(self, resource: str, problems: Sequence[str]) -> None:
        super().__init__("\n".join(f"{resource}: {problem}" for problem in problems))
        self.resource = resource
        self.problems = list(problems)


class Mocks(pulumi.runtime.Mocks):
    """Mocks for `pulumi.runtime.set_mocks` that check webhook endpoints as the provider does.

    An endpoint, of the class of this package or of an SDK of the plugin, gets the outputs that a create leads to. They
    are plausible, made up, and the same at each run: the id `we_mock_NAME`, the secret `whsec_mock_NAME`. All other
    resources get their inputs as outputs, and other functions nothing: override the methods for those, and call these.

    Args:
        environment: The environment that the program is tested for: only the sandbox accepts http URLs.

    Attributes:
        endpoints: What the look-ups find, by id: the program's endpoints as they are created, and what a test adds.
    """

    def __init__(self, environment: Environment = "sandbox") -> None:
        self.endpoints: dict[str, WebhookEndpointInfo] = {}
        self._environment = environment
        self._lock = threading.Lock()  # a program registers its resources from many threads

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, Outputs]:
        """Create a resource, or read one.

        Raises:
            CheckError: What an endpoint declares is wrong; the text has every mistake.
            NotFoundError: The endpoint that is to be read isn't among `endpoints`.
        """
        if args.typ not in (DYNAMIC_TYPE, PLUGIN_TYPE):
            return f"{args.name}-id" if args.custom is not False else None, dict(args.inputs)
        if args.resource_id and args.custom is None:  # a read has no inputs that could be checked
            return args.resource_id, _outputs_of(_find(self.endpoints, args.resource_id))
        checked = self._check(args)
        if pulumi.runtime.is_dry_run():
            return None, _with_marks(checked, args.inputs)
        with self._lock:
            return self._create(args, checked)

    def call(self, args: MockCallArgs) -> tuple[Outputs, list[tuple[str, str]]]:
        """Answer a function of the plugin; all others with nothing.

        Raises:
            NotFoundError: The endpoint that is looked up isn't among `endpoints`.
        """
        if args.token == GET:
            return _outputs_of(_find(self.endpoints, args.args["webhookEndpointId"])), []
        if args.token == LIST:
            return {"webhookEndpoints": [_outputs_of(endpoint) for endpoint in self.endpoints.values()]}, []
        return {}, []

    def _check(self, args: MockResourceArgs) -> Inputs:
        given = {name: _plain(value) for name, value in args.inputs.items() if name != PROVIDER_PICKLE}
        checked = inputs.check({}, cast("Inputs", given), environment=self._environment, new_key=f"mock_{args.name}")
        if checked.failures:
            secret_names = [name for name, value in args.inputs.items() if is_rpc_secret(value)]
            raise CheckError(args.name, [_sentence(failure, secret_names) for failure in checked.failures])
        return checked.inputs

    def _create(self, args: MockResourceArgs, checked: Inputs) -> tuple[str, Outputs]:
        taken = checked.get("adopt") or args.resource_id
        endpoint_id = taken or self._new_id(args.name)
        secret = checked.get("existingSigningSecret") if taken else endpoint_id.replace("we_", "whsec_", 1)
        computed = {
            "webhookEndpointId": endpoint_id,
            "createdAt": CREATED_AT,
            "environment": self._environment,
            "signingSecret": None if secret is None else wrap_rpc_secret(secret),
        }
        self.endpoints[endpoint_id] = WebhookEndpointInfo(
            webhook_endpoint_id=endpoint_id,
            url=checked["url"],
            enabled_events=checked.get("enabledEvents"),
            status=str(checked.get("status")),
            created_at=CREATED_AT,
        )
        return endpoint_id, {**_with_marks(checked, args.inputs), **computed}

    def _new_id(self, name: str) -> str:
        wanted = "we_mock_" + re.sub(r"[^A-Za-z0-9_-]", "-", name)
        ids = [wanted, *(f"{wanted}-{number}" for number in range(2, len(self.endpoints) + 2))]
        return next(endpoint_id for endpoint_id in ids if endpoint_id not in self.endpoints)


class _Reader:
    """What the look-ups of a Python program read from in place of the API."""

    def __init__(self, endpoints: Mapping[str, WebhookEndpointInfo]) -> None:
        self._endpoints = endpoints

    def get(self, endpoint_id: str) -> RemoteEndpoint:
        return _remote(_find(self._endpoints, endpoint_id))

    def list(self, **_: object) -> Iterator[RemoteEndpoint]:
        yield from map(_remote, [*self._endpoints.values()])


@contextmanager
def _reader_of_the_runtime() -> Iterator[lookups.Reader]:
    """What the runtime's own mocks have; the API by its settings where these mocks aren't in use."""
    mocks = getattr(pulumi.runtime.settings.SETTINGS.monitor, "mocks", None)
    if isinstance(mocks, Mocks):
        yield _Reader(mocks.endpoints)
    else:
        with lookups.client_of_the_stack() as api:
            yield api


lookups.open_reader = _reader_of_the_runtime


def _find(endpoints: Mapping[str, WebhookEndpointInfo], endpoint_id: str) -> WebhookEndpointInfo:
    if endpoint_id not in endpoints:
        raise NotFoundError(
            f"read webhook endpoint {endpoint_id}",
            "it isn't among the `endpoints` of these mocks (404)",
            status=404,
            may_have_arrived=False,
        )
    return endpoints[endpoint_id]


def _remote(endpoint: WebhookEndpointInfo) -> RemoteEndpoint:
    return RemoteEndpoint.model_validate(vars(endpoint))


def _outputs_of(endpoint: WebhookEndpointInfo) -> Outputs:
    return {to_camel(name): value for name, value in vars(endpoint).items()}


def _with_marks(checked: Inputs, given: Mapping[str, object]) -> Outputs:
    """The inputs as outputs: secret are those that the program marks, and the key, which the real one keeps secret."""
    outputs = {
        name: wrap_rpc_secret(value) if is_rpc_secret(given.get(name)) else value for name, value in checked.items()
    }
    pickle = {name: value for name, value in given.items() if name == PROVIDER_PICKLE}
    return {**outputs, **pickle, "idempotencyKey": wrap_rpc_secret(checked["idempotencyKey"])}


def _plain(value: object) -> object:
    """An input as the checks take it: without the mark of a secret, and unknown as the engine spells that."""
    if is_rpc_secret(value):
        return _plain(unwrap_rpc_secret(value))
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return UNKNOWN if isinstance(value, pulumi.output.Unknown) else value


def _sentence(failure: Failure, secret_names: Sequence[str]) -> str:
    name, reason = failure.redacted(secret_names)
    return f"{name} {reason}" if name else reason

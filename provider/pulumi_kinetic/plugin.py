"""The front door for every Pulumi language: a packaged provider, the program `pulumi-resource-kinetic`.

It answers the engine's protocol (provider.proto) itself, since `pulumi.provider.experimental.server` (SDK 3.272)
  - puts a traceback into the message of every error (`_raise_with_traceback`),
  - answers a changed configuration as unchanged (`DiffConfig` sends a bool for an enum whose 1 means "none"),
  - has no `List`, and wraps every value in a class of its own.
"""

import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial, wraps
from importlib import metadata
from itertools import islice
from typing import Any, TypeVar, cast

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc
from pulumi.runtime.proto import provider_pb2 as messages
from pydantic.alias_generators import to_camel

from pulumi_kinetic import endpoint, errors, schema, settings, values
from pulumi_kinetic.address import Address, backend_url, stack_and_project
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.client import Client
from pulumi_kinetic.creation import key_from
from pulumi_kinetic.endpoint import Inputs, State, without_none
from pulumi_kinetic.engine_log import EngineLog, engine_log
from pulumi_kinetic.journal import Journal, default_folder
from pulumi_kinetic.lifecycle import Lifecycle
from pulumi_kinetic.plugin_process import ENDED, serve
from pulumi_kinetic.process import Parent
from pulumi_kinetic.values import UNKNOWN, from_struct

_REQUIRED_ARGUMENTS = {schema.GET: ("webhookEndpointId",), schema.LIST: ()}
T = TypeVar("T")
# a method of the protocol as it is written below, and as grpc calls it; grpc's messages have no common class
Method = Callable[[Any, Any], T]
Servicer = Callable[[Any, Any, grpc.ServicerContext], T]


def _answers(operation: str) -> Callable[[Method[T]], Servicer[T]]:
    """Make a method answer a call of the engine, an error as a message without a traceback."""

    def decorate(method: Method[T]) -> Servicer[T]:
        guarded = errors.user_facing(operation)(method)

        @wraps(method)
        def answer(self: object, request: object, context: grpc.ServicerContext) -> T:
            try:
                return guarded(self, request)
            except errors.KineticError as error:
                context.abort(grpc.StatusCode.UNKNOWN, str(error))

        return answer

    return decorate


class Plugin(provider_pb2_grpc.ResourceProviderServicer):
    """What the engine calls: one process, and one object, for each provider of a program."""

    def __init__(self, log: EngineLog) -> None:
        self._log = log
        self._api: Client | None = None
        self._lifecycle: Lifecycle | None = None
        self._backend = ""
        self._cancelled = False

    @_answers("agree on the protocol")
    def Handshake(self, _: messages.ProviderHandshakeRequest) -> messages.ProviderHandshakeResponse:
        """Secrets come marked, and go back marked."""
        return messages.ProviderHandshakeResponse(accept_secrets=True)

    @_answers("report the version")
    def GetPluginInfo(self, _: empty_pb2.Empty) -> plugin_pb2.PluginInfo:
        """Return the version of the distribution."""
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi-kinetic"))

    @_answers("return the schema")
    def GetSchema(self, _: messages.GetSchemaRequest) -> messages.GetSchemaResponse:
        """Return what `schema.json` holds."""
        return messages.GetSchemaResponse(schema=schema.as_json())

    @_answers("check the configuration")
    def CheckConfig(self, request: messages.CheckRequest) -> messages.CheckResponse:
        """Report all mistakes, unless a setting isn't known before the update. The key is always a secret."""
        given = from_struct(request.news).values
        problems = [] if UNKNOWN in given.values() else _problems_of(given)
        return messages.CheckResponse(
            inputs=values.to_struct(given, {"apiKey"}),
            failures=[messages.CheckFailure(reason=problem) for problem in problems],
        )

    @_answers("compare the configuration")
    def DiffConfig(self, request: messages.DiffRequest) -> messages.DiffResponse:
        """Settings change in place and replace nothing.

        Another key counts as a change: of a provider that hasn't changed, the engine goes on using the old inputs, and
        so the old key. See docs/contributing/engine-facts.md#diffconfig-and-the-api-key.
        """
        olds, news = from_struct(request.old_inputs).values, from_struct(request.news).values
        names = [source.config_key for source in settings.SOURCES.values()]
        return _diff_response([name for name in names if olds.get(name) != news.get(name)], olds, news)

    @_answers("configure the provider")
    def Configure(self, request: messages.ConfigureRequest) -> messages.ConfigureResponse:
        """Take the settings."""
        loaded = settings.load(from_struct(request.args).values.get, os.environ)
        self._api = Client(loaded, debug=self._log.debug)
        folder = Parent().folder
        journal = Journal(default_folder(folder), is_ending=ENDED.is_set)
        self._lifecycle = Lifecycle(loaded, self._api, journal, warn=self._log.warn)
        self._backend = backend_url(folder, os.environ)
        return messages.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_answers("check the inputs")
    def Check(self, request: messages.CheckRequest) -> messages.CheckResponse:
        """Validate the inputs, and give a new resource its Idempotency-Key."""
        olds, news = from_struct(request.olds), from_struct(request.news)
        stack, project = stack_and_project(request.urn)
        address = Address(self._backend, project, stack, request.urn)
        new_key = key_from(request.randomSeed, request.urn) if request.randomSeed else None
        checked = self._configured().check(cast("Inputs", olds.values), cast("Inputs", news.values), address, new_key)
        failures = [failure.redacted(news.secret_names) for failure in checked.failures]
        return messages.CheckResponse(
            inputs=_to_struct(checked.inputs, news.secret_names),
            failures=[messages.CheckFailure(property=name, reason=reason) for name, reason in failures],
        )

    @_answers("compare the state with the program")
    def Diff(self, request: messages.DiffRequest) -> messages.DiffResponse:
        """Say which properties differ; never a replacement."""
        olds, news = from_struct(request.olds).values, from_struct(request.news).values
        names = self._configured().diff(request.id, cast("State", olds), cast("Inputs", news))
        return _diff_response(names, olds, news)

    @_answers("create the endpoint")
    def Create(self, request: messages.CreateRequest) -> messages.CreateResponse:
        """Create or adopt an endpoint."""
        lifecycle, bag = self._configured(), from_struct(request.properties)
        inputs = cast("Inputs", bag.values)
        if request.preview:
            if notice := endpoint.adoption_notice(inputs):
                self._log.info(notice)
            planned = endpoint.planned_create(inputs, lifecycle.environment)
            return messages.CreateResponse(properties=_to_outputs(planned, bag.secret_names))
        endpoint_id, state = lifecycle.create(inputs)
        return messages.CreateResponse(id=endpoint_id, properties=_to_outputs(state, bag.secret_names))

    @_answers("read the endpoint")
    def Read(self, request: messages.ReadRequest) -> messages.ReadResponse:
        """Return the endpoint as it is now, for a refresh or an import; no id where the API says that it is gone."""
        bag = from_struct(request.properties)
        state = self._configured().read(request.id, cast("State", bag.values))
        if state is None:
            return messages.ReadResponse()
        # what has become a secret in the program since stays one in what a refresh saves
        declared = from_struct(request.inputs)
        secret_names = bag.secret_names | declared.secret_names
        inputs = endpoint.inputs_of(state)
        if declared.values:  # an import has none, and takes everything from the server
            inputs = endpoint.without_defaults(inputs, declared.values)
        return messages.ReadResponse(
            id=request.id,
            properties=_to_outputs(state, secret_names),
            inputs=_to_struct(inputs, secret_names),
        )

    @_answers("update the endpoint")
    def Update(self, request: messages.UpdateRequest) -> messages.UpdateResponse:
        """Send one PATCH of what differs."""
        olds, news = from_struct(request.olds), from_struct(request.news)
        update = endpoint.planned_update if request.preview else partial(self._configured().update, request.id)
        state = update(cast("State", olds.values), cast("Inputs", news.values))
        return messages.UpdateResponse(properties=_to_outputs(state, news.secret_names))

    @_answers("delete the endpoint")
    def Delete(self, request: messages.DeleteRequest) -> empty_pb2.Empty:
        """Delete the endpoint; one that is gone already is as good."""
        self._configured().delete(request.id, cast("State", from_struct(request.properties).values))
        return empty_pb2.Empty()

    @_answers("list the endpoints")
    def List(self, request: "messages.ListRequest") -> "Iterator[messages.ListResponse]":
        """Return the ids of all endpoints of the environment, in pages where the engine asks for them.

        Newer than the oldest SDK, which doesn't offer it to the engine: hence the quotes.
        """
        if request.query.fields:
            raise errors.KineticError("webhook endpoints can't be queried: list them all, and filter the list")
        return iter(_list_page(self._configured_api(), request, self._log.warn))

    @_answers("look up endpoints")
    def Invoke(self, request: messages.InvokeRequest) -> messages.InvokeResponse:
        """Answer the functions `getWebhookEndpoint` and `listWebhookEndpoints`."""
        args = from_struct(request.args).values
        if request.tok not in _REQUIRED_ARGUMENTS:
            raise errors.KineticError(f"there is no function {request.tok}: {', '.join(_REQUIRED_ARGUMENTS)}")
        missing = [name for name in _REQUIRED_ARGUMENTS[request.tok] if not isinstance(args.get(name), str)]
        if missing:
            failures = [messages.CheckFailure(property=name, reason="is required: a string") for name in missing]
            return messages.InvokeResponse(failures=failures)
        api = self._configured_api()
        if request.tok == schema.GET:
            outputs = _public(api.get(args["webhookEndpointId"]))
        else:
            outputs = {"webhookEndpoints": [_public(remote) for remote in api.list(skipped=self._log.warn)]}
        response = messages.InvokeResponse()
        # "return" is a keyword of Python's
        getattr(response, "return").CopyFrom(values.to_struct(outputs, ()))
        return response

    @_answers("cancel")
    def Cancel(self, _: empty_pb2.Empty) -> empty_pb2.Empty:
        """Begin nothing more; what has begun finishes, so that its outcome is known."""
        self._cancelled = True
        return empty_pb2.Empty()

    def _configured(self) -> Lifecycle:
        if self._cancelled:
            raise errors.KineticError("the run was cancelled: nothing was sent")
        if self._lifecycle is None:
            raise errors.KineticError("the provider isn't configured yet")
        return self._lifecycle

    def _configured_api(self) -> Client:
        self._configured()
        return cast("Client", self._api)


def main() -> None:
    """Run the plugin until the engine ends it."""
    serve(Plugin(engine_log(sys.argv[1:])))


def _to_struct(properties: Mapping[str, object], secret_names: Collection[str]) -> struct_pb2.Struct:
    """The properties for the wire; what is secret by its name, or came as a secret, is marked."""
    return values.to_struct(properties, endpoint.SECRET_NAMES.union(secret_names))


def _to_outputs(state: State, secret_names: Collection[str]) -> struct_pb2.Struct:
    """A state for the wire, with what the SDKs would take for unknown in a preview if it were left out.

    See docs/contributing/engine-facts.md#absent-outputs.
    """
    meant = cast("Mapping[str, object]", endpoint.DEFAULTS)
    return _to_struct({**meant, "signingSecret": None, **state}, secret_names)


def _public(remote: RemoteEndpoint) -> Mapping[str, object]:
    return without_none({to_camel(name): value for name, value in remote.public().items()})


def _problems_of(given: Mapping[str, object]) -> list[str]:
    try:
        settings.load(given.get, os.environ)
    except errors.SettingsError as error:
        return error.problems
    return []


def _diff_response(names: list[str], olds: Mapping[str, object], news: Mapping[str, object]) -> messages.DiffResponse:
    kinds = {name: _kind_of_change(olds.get(name), news.get(name)) for name in names}
    return messages.DiffResponse(
        changes=messages.DiffResponse.DIFF_SOME if names else messages.DiffResponse.DIFF_NONE,
        diffs=names,
        detailedDiff={name: messages.PropertyDiff(kind=kind) for name, kind in kinds.items()},
        hasDetailedDiff=True,
    )


def _kind_of_change(old: object, new: object) -> messages.PropertyDiff.Kind.ValueType:
    if old is None:
        return messages.PropertyDiff.ADD
    return messages.PropertyDiff.DELETE if new is None else messages.PropertyDiff.UPDATE


def _list_page(
    api: Client, request: "messages.ListRequest", warn: Callable[[str], None]
) -> "list[messages.ListResponse]":
    """One page; its continuation token holds how many were listed so far, and the last one's id."""
    so_far, _, after = request.continuation_token.partition(":")
    left = request.limit - int(so_far or 0) if request.limit > 0 else None
    if request.page_size > 0:
        left = min(request.page_size + 1, left or request.page_size + 1)  # one more says whether a page follows
    listing = api.list(starting_after=after or None, skipped=warn)
    ids = [remote.webhook_endpoint_id for remote in islice(listing, left)]
    page = ids[: request.page_size] if request.page_size > 0 else ids
    responses = [messages.ListResponse(result=messages.ListResponse.Result(id=endpoint_id)) for endpoint_id in page]
    if len(page) == len(ids):
        return responses
    token = f"{int(so_far or 0) + len(page)}:{page[-1]}"
    continuation = messages.ListResponse.Continuation(continuation_token=token)
    return [*responses, messages.ListResponse(continuation=continuation)]

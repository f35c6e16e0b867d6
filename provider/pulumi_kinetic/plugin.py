"""The front door for every Pulumi language: a packaged provider, the program `pulumi-resource-kinetic`.

It answers the engine's protocol (provider.proto) itself, since `pulumi.provider.experimental.server` (SDK 3.272)
  - puts a traceback into the message of every error (`_raise_with_traceback`),
  - answers a changed configuration as unchanged (`DiffConfig` sends a bool for an enum whose 1 means "none"),
  - knows neither init-failed nor `List`, and wraps every value in a class of its own.
One thread a call runs the synchronous core; how many calls are under way is the engine's choice (`--parallel`).
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial, wraps
from importlib import metadata
from itertools import islice
from typing import Any, NoReturn, TypeVar
from uuid import uuid4

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2_grpc, status_pb2
from pulumi.runtime.proto import provider_pb2 as messages

from pulumi_kinetic import errors, inputs, lifecycle, schema, settings, values
from pulumi_kinetic.client import Client
from pulumi_kinetic.journal import Journal, default_folder
from pulumi_kinetic.lifecycle import Lifecycle
from pulumi_kinetic.values import Bag, Properties, from_struct, to_struct

_MORE_THAN_THE_ENGINE_ASKS = 4096
_LARGEST_MESSAGE = 400 * 1024 * 1024
_FUNCTIONS = {schema.GET: ("webhookEndpointId",), schema.LIST: ()}
_ORPHANED_SECONDS = 1.0
T = TypeVar("T")


class _InitFailedError(errors.KineticError):
    """The endpoint exists, but isn't as declared: the engine keeps it and completes it at the next `pulumi up`."""

    def __init__(self, partial: errors.PartialCreateError, bag: Bag) -> None:
        super().__init__(f"{partial}. It is kept, with its secret: the next `pulumi up` completes it")
        detail = messages.ErrorResourceInitFailed(
            id=partial.endpoint_id, properties=to_struct(partial.state, bag.secret), reasons=[str(self)]
        )
        self.status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(self))
        self.status.details.add().Pack(detail)


def _call(doing: str) -> Callable[[Callable[[Any, Any], T]], Callable[[Any, Any, grpc.ServicerContext], T]]:
    """Answer a call of the engine; an error becomes a message that is fit for a user, and nothing else."""

    def decorate(method: Callable[[Any, Any], T]) -> Callable[[Any, Any, grpc.ServicerContext], T]:
        @wraps(method)
        def answer(self: Any, request: Any, context: grpc.ServicerContext) -> T:
            try:
                return method(self, request)
            except errors.KineticError as error:
                _fail(context, error)
            except Exception as error:  # noqa: BLE001 whatever it is, its text may hold a secret
                _fail(context, errors.UnexpectedError.of(doing, error))

        return answer

    return decorate


def _fail(context: grpc.ServicerContext, error: errors.KineticError) -> NoReturn:
    if isinstance(error, _InitFailedError):
        context.set_trailing_metadata((("grpc-status-details-bin", error.status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(error))


class Plugin(provider_pb2_grpc.ResourceProviderServicer):
    """What the engine calls: one process, and one object, for each provider of a program."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._lifecycle: Lifecycle | None = None
        self._cancelled = False

    @_call("shake hands")
    def Handshake(self, _: messages.ProviderHandshakeRequest) -> messages.ProviderHandshakeResponse:
        """Secrets come marked, and go back marked."""
        return messages.ProviderHandshakeResponse(accept_secrets=True)

    @_call("tell the version")
    def GetPluginInfo(self, _: empty_pb2.Empty) -> plugin_pb2.PluginInfo:
        """The version of the distribution."""
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi-kinetic"))

    @_call("give the schema")
    def GetSchema(self, _: messages.GetSchemaRequest) -> messages.GetSchemaResponse:
        """What `schema.json` holds."""
        return messages.GetSchemaResponse(schema=schema.as_json())

    @_call("check the configuration")
    def CheckConfig(self, request: messages.CheckRequest) -> messages.CheckResponse:
        """All mistakes at once, unless a setting is not known before the update. The key is always a secret."""
        news = from_struct(request.news)
        failures = [] if values.UNKNOWN in news.values.values() else _problems(news.values)
        return messages.CheckResponse(
            inputs=to_struct(news.values, {"apiKey"}),
            failures=[messages.CheckFailure(reason=problem) for problem in failures],
        )

    @_call("compare the configuration")
    def DiffConfig(self, request: messages.DiffRequest) -> messages.DiffResponse:
        """Settings change in place and replace nothing.

        Another key counts as a change: of a provider that hasn't changed, the engine goes on using the old inputs, and
        so the old key. It shows no such update, and `--expect-no-changes` stays content.
        """
        olds, news = from_struct(request.old_inputs).values, from_struct(request.news).values
        names = [source.config_key for source in settings.SOURCES.values()]
        return _diff([name for name in names if olds.get(name) != news.get(name)], olds, news)

    @_call("configure the provider")
    def Configure(self, request: messages.ConfigureRequest) -> messages.ConfigureResponse:
        """Take the settings."""
        loaded = settings.load(from_struct(request.args).values.get, os.environ)
        api, journal = Client(loaded), Journal(default_folder())
        self._lifecycle = Lifecycle(loaded, api, journal, warn=self._warn, provider=request.urn)
        return messages.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_call("check the inputs")
    def Check(self, request: messages.CheckRequest) -> messages.CheckResponse:
        """Validate the inputs, and give a new resource its idempotency key."""
        life, olds, news = self._life(), from_struct(request.olds), from_struct(request.news)
        checked = inputs.check(olds.values, news.values, environment=life.environment, new_key=str(uuid4()))
        life.knows(olds.values.get("adopt"))
        life.serves(*_owner(request.urn))
        return messages.CheckResponse(
            inputs=to_struct(checked.inputs, news.secret),
            failures=[messages.CheckFailure(**one.told()._asdict()) for one in checked.failures],
        )

    @_call("compare the state with the program")
    def Diff(self, request: messages.DiffRequest) -> messages.DiffResponse:
        """Property by property; never a replacement."""
        olds, news = from_struct(request.olds).values, from_struct(request.news).values
        return _diff(self._life().diff(request.id, olds, news), olds, news)

    @_call("create the endpoint")
    def Create(self, request: messages.CreateRequest) -> messages.CreateResponse:
        """Create or adopt; a half-made endpoint stays, with its secret, as init-failed."""
        life, bag = self._life(), from_struct(request.properties)
        if request.preview:
            planned = lifecycle.planned_create(bag.values, life.environment)
            return messages.CreateResponse(properties=to_struct(planned, bag.secret))
        try:
            endpoint_id, state = life.create(bag.values)
        except errors.PartialCreateError as half_made:
            life.hand_over(half_made)
            raise _InitFailedError(half_made, bag) from None
        return messages.CreateResponse(id=endpoint_id, properties=to_struct(state, bag.secret))

    @_call("read the endpoint")
    def Read(self, request: messages.ReadRequest) -> messages.ReadResponse:
        """The endpoint as it is now, for a refresh and for an import; no id where the API says that it is gone."""
        bag = from_struct(request.properties)
        state = self._life().read(request.id, bag.values)
        if state is None:
            return messages.ReadResponse()
        secret = bag.secret | from_struct(request.inputs).secret
        inputs = to_struct(lifecycle.inputs_of(state), secret)
        return messages.ReadResponse(id=request.id, properties=to_struct(state, secret), inputs=inputs)

    @_call("update the endpoint")
    def Update(self, request: messages.UpdateRequest) -> messages.UpdateResponse:
        """One PATCH of what differs."""
        olds, news = from_struct(request.olds), from_struct(request.news)
        update = lifecycle.planned_update if request.preview else partial(self._life().update, request.id)
        return messages.UpdateResponse(properties=to_struct(update(olds.values, news.values), news.secret))

    @_call("delete the endpoint")
    def Delete(self, request: messages.DeleteRequest) -> empty_pb2.Empty:
        """Delete; gone already is as good."""
        self._life().delete(request.id, from_struct(request.properties).values)
        return empty_pb2.Empty()

    @_call("list the endpoints")
    def List(self, request: "messages.ListRequest") -> "Iterator[messages.ListResponse]":
        """The ids of all endpoints of the environment, in pages where the engine asks for them.

        Newer than the oldest SDK, which doesn't offer it to the engine: hence the quotes.
        """
        if request.query.fields:
            raise errors.KineticError("webhook endpoints can't be queried: list them all, and filter what is listed")
        return iter(_page(self._life(), request))

    @_call("look up endpoints")
    def Invoke(self, request: messages.InvokeRequest) -> messages.InvokeResponse:
        """The functions `getWebhookEndpoint` and `listWebhookEndpoints`."""
        args = from_struct(request.args).values
        missing = [name for name in _FUNCTIONS[request.tok] if not args.get(name)]
        if missing:
            failures = [messages.CheckFailure(property=name, reason="is required") for name in missing]
            return messages.InvokeResponse(failures=failures)
        life = self._life()
        found: Properties = (
            life.look_up(args["webhookEndpointId"])
            if request.tok == schema.GET
            else {"webhookEndpoints": list(life.look_up_all())}
        )
        answer = messages.InvokeResponse()
        getattr(answer, "return").CopyFrom(to_struct(found, ()))  # a keyword of Python's
        return answer

    @_call("cancel")
    def Cancel(self, _: empty_pb2.Empty) -> empty_pb2.Empty:
        """What has begun finishes, so that its outcome is known; nothing else begins."""
        self._cancelled = True
        return empty_pb2.Empty()

    def _life(self) -> Lifecycle:
        if self._cancelled:
            raise errors.KineticError("the run was cancelled: nothing was sent")
        if self._lifecycle is None:
            raise errors.KineticError("the provider is not configured yet")
        return self._lifecycle


def main() -> None:
    """Serve on a free port of loopback, tell it on standard output, and end with the engine."""
    pool = ThreadPoolExecutor(_MORE_THAN_THE_ENGINE_ASKS)
    options = [("grpc.max_receive_message_length", _LARGEST_MESSAGE), ("grpc.so_reuseport", 0)]
    server = grpc.server(pool, options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Plugin(_warner(sys.argv[1:])), server)
    port = server.add_insecure_port("127.0.0.1:0")
    ended = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    # The engine ends a plugin by SIGINT. A SIGTERM goes to a whole machine that is taken away: the engine then waits
    # for what is under way, which must not die before it has answered.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server.start()
    print(port, flush=True)  # noqa: T201 the engine reads it
    is_orphan = _wait(ended, os.getppid())
    server.stop(grace=None)
    if is_orphan:
        # What is under way finishes, but its answer reaches nobody: without this process's peaceful end its record
        # stays in the journal, for `recover`.
        pool.shutdown(wait=True)
        os._exit(0)


def _problems(given: Properties) -> list[str]:
    try:
        settings.load(given.get, os.environ)
    except errors.SettingsError as error:
        return error.problems
    return []


def _diff(names: list[str], olds: Properties, news: Properties) -> messages.DiffResponse:
    kinds = {name: _kind(olds.get(name), news.get(name)) for name in names}
    return messages.DiffResponse(
        changes=messages.DiffResponse.DIFF_SOME if names else messages.DiffResponse.DIFF_NONE,
        diffs=names,
        detailedDiff={name: messages.PropertyDiff(kind=kind) for name, kind in kinds.items()},
        hasDetailedDiff=True,
    )


def _kind(old: Any, new: Any) -> messages.PropertyDiff.Kind.ValueType:
    if old is None:
        return messages.PropertyDiff.ADD
    return messages.PropertyDiff.DELETE if new is None else messages.PropertyDiff.UPDATE


def _owner(urn: str) -> tuple[str, str]:
    """Project and stack of a resource: urn:pulumi:STACK::PROJECT::TYPE::NAME."""
    stack, project = urn.removeprefix("urn:pulumi:").split("::")[:2]
    return project, stack


def _page(life: Lifecycle, request: "messages.ListRequest") -> "list[messages.ListResponse]":
    """One page; its continuation token tells how many were listed so far, and the last one's id."""
    so_far, _, after = request.continuation_token.partition(":")
    left = request.limit - int(so_far or 0) if request.limit > 0 else None
    ids = [one["webhookEndpointId"] for one in islice(life.look_up_all(after=after or None), left)]
    page = ids[: request.page_size] if request.page_size > 0 else ids
    answers = [messages.ListResponse(result=messages.ListResponse.Result(id=one)) for one in page]
    if len(page) == len(ids):
        return answers
    token = f"{int(so_far or 0) + len(page)}:{page[-1]}"
    following = messages.ListResponse.Continuation(continuation_token=token)
    return [*answers, messages.ListResponse(continuation=following)]


def _warner(arguments: list[str]) -> Callable[[str], None]:
    """Tells the user by way of the engine, whose address is the last argument."""
    if not arguments:
        return lambda text: print(text, file=sys.stderr)  # noqa: T201 started by hand, there is no engine
    engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(arguments[-1]))

    def warn(text: str) -> None:
        with suppress(grpc.RpcError):  # what a warning is about has been done
            engine.Log(engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=text))

    return warn


def _wait(ended: threading.Event, parent: int) -> bool:
    """Until the engine ends this process, or is gone itself (killed); whether it is gone."""
    while not ended.wait(_ORPHANED_SECONDS):
        if os.getppid() != parent:
            return True
    return False

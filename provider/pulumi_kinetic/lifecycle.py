"""What happens to an endpoint: the decisions of `endpoint` carried out by `client`.

State is a property bag: the inputs and what the API adds. Both doors call this and nothing below it.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic.alias_generators import to_camel, to_snake

from pulumi_kinetic import client, endpoint, errors, values
from pulumi_kinetic.answers import Endpoint
from pulumi_kinetic.client import Client
from pulumi_kinetic.journal import Journal, Owner, Record
from pulumi_kinetic.settings import Settings
from pulumi_kinetic.values import Properties

_CREATED_BLIND = (
    "the API created the endpoint, but its answer holds no signing secret, which is sent once only. "
    "{consequence} Run the update again to create another"
)
_ADOPTED_BLIND = (
    "{endpoint_id} is adopted without its signing secret, which the API showed only when it was created: "
    "`signing_secret` is None. If you still have it, give it as `existing_signing_secret`; if not, rotate: remove "
    "`adopt` and run `pulumi up --replace URN`, which makes a new endpoint with a new secret before the old one goes."
)

_ALREADY_MANAGED = (
    "{endpoint_id} can't be adopted: a resource of this program manages it already. Give each endpoint to one "
    "resource; to replace an adopted one (which rotates its secret), remove `adopt` first"
)

_STAYS = "{endpoint_id} is not deleted: this run has adopted it. To rotate its secret, remove `adopt` first"

_DELETED_BY_HAND = "It was deleted behind Pulumi's back: run `pulumi up --refresh` to have it made again"

_STALE_KEY = (
    "If the key was changed since the last `pulumi up`: a refresh takes the configuration of that run, which the "
    "engine keeps (encrypted) in the state. Add --run-program, run `pulumi up` first, or use KINETIC_API_KEY instead"
)

_RECOVER = "Run `pulumi-kinetic recover --stack …` to bring the stack and the API together again"


class Lifecycle:
    """Create, read, update and delete. One object serves one run of the engine, from many threads."""

    def __init__(
        self, settings: Settings, api: Client, journal: Journal, *, warn: Callable[[str], None], provider: str = ""
    ) -> None:
        self._settings = settings
        self._api = api
        self._journal = journal
        self._owner = Owner(provider=provider)
        self._warn = warn
        self._unfinished: dict[str, Record] = {}
        self._managed: set[str] = set()
        self._adopted: set[str] = set()
        self._lock = threading.Lock()

    @property
    def environment(self) -> endpoint.Environment:
        """The environment of the API key."""
        return self._settings.environment

    def serves(self, project: str, stack: str) -> None:
        """Remember the project and stack that this run is of; the journal names them."""
        if stack:
            self._owner = self._owner.model_copy(update={"project": project, "stack": stack})

    def knows(self, endpoint_id: str | None) -> None:
        """Remember that a resource of this program manages an endpoint already."""
        if endpoint_id:
            self._managed.add(endpoint_id)

    def _in_state(self, endpoint_id: str) -> None:
        self.knows(endpoint_id)
        self._journal.seen(endpoint_id)

    def diff(self, endpoint_id: str, state: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
        """The names of the properties that an update would change. Makes no API call.

        Raises:
            EnvironmentMismatchError: the state is of the other environment.
        """
        self._guard(endpoint_id, state)
        self._in_state(endpoint_id)
        return endpoint.differing(state, inputs)

    def create(self, inputs: Mapping[str, Any]) -> tuple[str, Properties]:
        """Create an endpoint, or take over the one that `adopt` names; its id and state.

        Raises:
            PartialCreateError: the endpoint exists, but disabling it failed.
            AdoptionError, ApiError: nothing was created.
        """
        return self._adopt(inputs) if inputs.get("adopt") else self._post(inputs)

    def read(self, endpoint_id: str, state: Mapping[str, Any]) -> Properties | None:
        """The state as the server has it now, or None where the API says that the endpoint is gone.

        An empty `state` is that of an import: everything is as the server has it, and the secret is not known.
        """
        try:
            self._guard(endpoint_id, state)
            self._in_state(endpoint_id)
            found = self._api.get(endpoint_id)
        except errors.NotFoundError:
            return None
        except (errors.UnauthorizedError, errors.EnvironmentMismatchError) as error:
            error.args = (f"{error}. {_STALE_KEY}",)
            raise
        return self._state(state or _plain(found), found, state.get("signingSecret"))

    def update(self, endpoint_id: str, state: Mapping[str, Any], inputs: Mapping[str, Any]) -> Properties:
        """PATCH what differs, and nothing else; no request where nothing does."""
        self._guard(endpoint_id, state)
        changed = endpoint.changes(state, inputs)
        if not changed:
            return planned_update(state, inputs)
        try:
            found = self._api.update(endpoint_id, _on_the_wire(changed))
        except errors.NotFoundError as error:
            error.args = (f"{error}. {_DELETED_BY_HAND}",)
            raise
        return self._state(inputs, found, _known_secret(state, inputs))

    def delete(self, endpoint_id: str, state: Mapping[str, Any]) -> None:
        """Delete; an endpoint that is gone already is as good.

        An endpoint that this run has just adopted stays: its resource changed its name in the program, or was
        replaced with `adopt` still there, and deleting the old one would destroy what the new one manages.
        """
        self._guard(endpoint_id, state)
        if endpoint_id in self._adopted:
            self._warn(_STAYS.format(endpoint_id=endpoint_id))
            return
        try:
            self._api.delete(endpoint_id)
        except errors.NotFoundError:
            return

    def complete(self, created: Endpoint, inputs: Mapping[str, Any]) -> tuple[str, Properties]:
        """The id and state of an endpoint whose create was answered, after what had to follow: its status.

        Raises:
            ApiError: setting the status failed; the endpoint is as it was.
        """
        secret = created.signing_secret.get_secret_value() if created.signing_secret else None
        matched = self._match(created, {**_plain(created), "status": inputs.get("status")})
        return matched.webhook_endpoint_id, self._state(inputs, matched, secret)

    def look_up(self, endpoint_id: str) -> Properties:
        """What the API tells about an endpoint that exists; never a secret."""
        return _told(self._api.get(endpoint_id))

    def look_up_all(self, *, after: str | None = None) -> Iterator[Properties]:
        """All endpoints of the environment, or those that follow the one of the id `after`."""
        return map(_told, self._api.list(starting_after=after))

    def hand_over(self, partial: errors.PartialCreateError) -> None:
        """A half-made endpoint goes into the engine's state as it is (init-failed): its record is answered."""
        self._journal.answered(self._unfinished.pop(partial.endpoint_id), partial.endpoint_id)

    def undo(self, partial: errors.PartialCreateError) -> errors.KineticError:
        """Delete a half-made endpoint; the error to report, which says what is there now."""
        record = self._unfinished.pop(partial.endpoint_id)
        try:
            self.delete(partial.endpoint_id, partial.state)
        except errors.ApiError as error:
            self._journal.give_up(record)
            return errors.KineticError(f"{partial}. Deleting it again failed as well: {error}. {_RECOVER}")
        self._journal.close(record)
        return errors.KineticError(f"{partial}. It was deleted again: nothing is left behind")

    def _post(self, inputs: Mapping[str, Any]) -> tuple[str, Properties]:
        body = creation_body(inputs)
        record = self._journal.begin(inputs["idempotencyKey"], body, self.environment, self._owner)
        created = self._sent(record, body, inputs["idempotencyKey"])
        if created.signing_secret is None:
            raise errors.KineticError(_CREATED_BLIND.format(consequence=self._discard(created, record)))
        return self._finish(created, record, inputs)

    def _sent(self, record: Record, body: bytes, key: str) -> Endpoint:
        try:
            return self._api.create(body, key)
        except errors.ApiError as error:
            if client.came_to_nothing(error):
                self._journal.close(record)
            else:
                self._journal.give_up(record)
                error.args = (f"{error}. Whether it was created is not known. {_RECOVER}",)
            raise

    def _finish(self, created: Endpoint, record: Record, inputs: Mapping[str, Any]) -> tuple[str, Properties]:
        """What follows the POST: the status, and the record of what is there now."""
        endpoint_id = created.webhook_endpoint_id
        self.knows(endpoint_id)
        try:
            completed = self.complete(created, inputs)
        except errors.ApiError as error:
            self._unfinished[endpoint_id] = record
            as_it_is = {**inputs, "status": created.status}
            raise errors.PartialCreateError(*self.complete(created, as_it_is), error) from None
        self._journal.answered(record, endpoint_id)
        return completed

    def _adopt(self, inputs: Mapping[str, Any]) -> tuple[str, Properties]:
        endpoint_id = inputs["adopt"]
        self._claim(endpoint_id)
        try:
            found = self._match(self._api.get(endpoint_id), inputs)
        except errors.NotFoundError as error:
            self._managed.discard(endpoint_id)
            raise errors.AdoptionError(
                f"{endpoint_id} can't be adopted: {error}. Check the id, and that kinetic:apiKey, which is of "
                f"{self.environment}, is of the endpoint's organization and environment"
            ) from None
        except errors.KineticError:
            self._managed.discard(endpoint_id)
            raise
        self._adopted.add(endpoint_id)
        if inputs.get("existingSigningSecret") is None:
            self._warn(_ADOPTED_BLIND.format(endpoint_id=endpoint_id))
        return endpoint_id, self._state(inputs, found, inputs.get("existingSigningSecret"))

    def _claim(self, endpoint_id: str) -> None:
        with self._lock:
            if endpoint_id in self._managed:
                raise errors.AdoptionError(_ALREADY_MANAGED.format(endpoint_id=endpoint_id))
            self._managed.add(endpoint_id)

    def _match(self, found: Endpoint, wanted: Mapping[str, Any]) -> Endpoint:
        """PATCH only what differs from the endpoint found."""
        changed = endpoint.changes(_plain(found), wanted)
        return self._api.update(found.webhook_endpoint_id, _on_the_wire(changed)) if changed else found

    def _discard(self, created: Endpoint, record: Record) -> str:
        """Delete an endpoint whose secret nobody holds; a sentence that says what became of it."""
        try:
            self._api.delete(created.webhook_endpoint_id)
        except errors.NotFoundError:
            pass
        except errors.ApiError as error:
            self._journal.give_up(record)
            return f"{created.webhook_endpoint_id} is left behind without a secret: {error}. {_RECOVER}."
        self._journal.close(record)
        return f"{created.webhook_endpoint_id} was deleted again, since nobody can know its secret."

    def _guard(self, endpoint_id: str, state: Mapping[str, Any]) -> None:
        belongs_to = state.get("environment", self._settings.environment)
        if belongs_to != self._settings.environment:
            raise errors.EnvironmentMismatchError(endpoint_id, belongs_to, self._settings.environment)

    def _state(self, inputs: Mapping[str, Any], found: Endpoint, secret: str | None) -> Properties:
        """Inputs as declared (where that is what the server has) and what only the server knows."""
        others = {name: inputs.get(name) for name in ("adopt", "existingSigningSecret", "idempotencyKey")}
        computed = {
            "webhookEndpointId": found.webhook_endpoint_id,
            "createdAt": found.created_at,
            "environment": self._settings.environment,
            "signingSecret": secret,
        }
        return _without_none({**endpoint.declared_form(inputs, _plain(found)), **others, **computed})


def planned_create(inputs: Mapping[str, Any], environment: endpoint.Environment) -> Properties:
    """The state that a create will lead to, as far as a preview can know it. Makes no API call."""
    adopted = inputs.get("adopt")
    computed = {
        "webhookEndpointId": adopted or values.UNKNOWN,
        "createdAt": values.UNKNOWN,
        "environment": environment,
        "signingSecret": inputs.get("existingSigningSecret") if adopted else values.UNKNOWN,
    }
    return _without_none({**inputs, **computed})


def planned_update(state: Mapping[str, Any], inputs: Mapping[str, Any]) -> Properties:
    """The state that an update will lead to; all that only the API knows stays. Makes no API call."""
    kept = {name: state.get(name) for name in ("webhookEndpointId", "createdAt", "environment")}
    return _without_none({**inputs, **kept, "signingSecret": _known_secret(state, inputs)})


def inputs_of(state: Mapping[str, Any]) -> Properties:
    """The inputs that a state holds, as a refresh reports them.

    See docs/contributing/engine-facts.md#readresult-inputs.
    """
    names = (*endpoint.UPDATABLE, "adopt", "existingSigningSecret", "idempotencyKey")
    return {name: state[name] for name in names if state.get(name) is not None}


def creation_body(inputs: Mapping[str, Any]) -> bytes:
    """The bytes of the create that these inputs lead to: always the same, so that it can be sent again."""
    names = ("url", "enabledEvents")
    return client.encode(_on_the_wire({name: inputs[name] for name in names if inputs.get(name) is not None}))


def _on_the_wire(properties: Mapping[str, Any]) -> Properties:
    return {to_snake(name): value for name, value in properties.items()}


def _known_secret(state: Mapping[str, Any], inputs: Mapping[str, Any]) -> Any:
    return state.get("signingSecret") or inputs.get("existingSigningSecret")


def _told(found: Endpoint) -> Properties:
    told = found.model_dump(exclude={"signing_secret"})
    return _without_none({to_camel(name): value for name, value in told.items()})


def _plain(found: Endpoint) -> Properties:
    return {"url": found.url, "enabledEvents": found.enabled_events, "status": found.status}


def _without_none(properties: Mapping[str, Any]) -> Properties:
    return {name: value for name, value in properties.items() if value is not None}

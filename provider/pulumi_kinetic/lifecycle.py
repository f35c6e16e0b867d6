"""Check, diff, create, read, update and delete: what each leads to at the API. Both doors call this."""

from collections.abc import Callable
from typing import cast
from uuid import uuid4

from pydantic.alias_generators import to_snake

from pulumi_kinetic import client, endpoint, errors, inputs
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.claims import Claims
from pulumi_kinetic.client import Client
from pulumi_kinetic.endpoint import Inputs, Patch, State, without_none
from pulumi_kinetic.inputs import Checked
from pulumi_kinetic.journal import Journal, Owner, Record
from pulumi_kinetic.settings import Environment, Settings

_SHOWN_ONCE = "{endpoint_id} {event} without its signing secret: `signing_secret` is None. {advice}"
_ADOPTED = "is adopted"
_ADOPTED_ADVICE = (
    "The API showed the secret only when the endpoint was created. If you still have it, give it as "
    "`existing_signing_secret`; if not, rotate: remove `adopt` and run `pulumi up --replace URN`, which makes a new "
    "endpoint with a new secret before the old one goes."
)
_CREATED = "was created, but the API answered"
_CREATED_ADVICE = (
    "The API shows a secret once only. To get one, rotate: run `pulumi up --replace URN`, which makes a new endpoint "
    "with a new secret before this one goes."
)
_NOT_FINISHED = "{endpoint_id} was created, but its status is still {status}: {error}\nThe next `pulumi up` sets it."
_KEPT = "{endpoint_id} is not deleted: this run has adopted it. To rotate its secret, remove `adopt` first."
_DELETED_OUTSIDE = "It was deleted outside Pulumi: run `pulumi up --refresh` to create it again."
_STALE_KEY = (
    "`pulumi refresh` and `pulumi destroy` use the key saved by the last `pulumi up`. If you rotated it, run "
    "`pulumi up` first, add --run-program, or use KINETIC_API_KEY."
)
_UNKNOWN_END = "Whether it was created isn't known: run `pulumi-kinetic recover --stack …` to find out."


class Lifecycle:
    """What the engine's calls lead to. One object serves one run of the engine, from many threads."""

    def __init__(
        self, settings: Settings, api: Client, journal: Journal, *, warn: Callable[[str], None], provider: str = ""
    ) -> None:
        """Make no request yet.

        Args:
            settings: The provider's settings.
            api: The API, by these settings.
            journal: Where creates are recorded.
            warn: Shows a warning to the user.
            provider: The URN of a plugin's provider resource; "" at the dynamic door.
        """
        self._settings = settings
        self._api = api
        self._journal = journal
        self._owner = Owner(provider=provider)
        self._warn = warn
        self._claims = Claims()

    @property
    def environment(self) -> Environment:
        """The environment of the API key."""
        return self._settings.environment

    def check(self, olds: Inputs, news: Inputs, *, project: str, stack: str) -> Checked:
        """Validate the inputs, and give a new resource its Idempotency-Key. Makes no request.

        Args:
            olds: The inputs in state; empty for a new resource and for the second check of a replacement.
            news: The inputs of the program.
            project: The project that this run belongs to, for the journal.
            stack: Its stack, for the journal; "" where the engine doesn't say.
        """
        if stack:
            self._owner = self._owner.model_copy(update={"project": project, "stack": stack})
        if adopted := olds.get("adopt"):
            self._claims.note_managed(adopted)
        return inputs.check(olds, news, environment=self.environment, new_key=str(uuid4()))

    def diff(self, endpoint_id: str, state: State, inputs: Inputs) -> list[str]:
        """Return the names of the properties that an update would change. Makes no request.

        Raises:
            EnvironmentMismatchError: The state belongs to the other environment.
        """
        self._require_same_environment(endpoint_id, state)
        self._note_in_state(endpoint_id)
        return endpoint.changed_names(state, inputs)

    def create(self, inputs: Inputs) -> tuple[str, State]:
        """Create an endpoint, or take over the one that `adopt` names.

        Nothing in a create deletes: what the API has made is returned, with a warning where it isn't whole.

        Returns: The endpoint's id and state.

        Raises:
            AdoptionError: The endpoint to adopt doesn't exist here, or is managed already.
            JournalError: The create can't be recorded, so nothing was sent.
            ApiError: The create failed. Unless the text says otherwise, nothing was created.
        """
        return self._adopt(inputs, inputs["adopt"]) if inputs.get("adopt") else self._create(inputs)

    def read(self, endpoint_id: str, state: State) -> State | None:
        """Return the state as the server has it now, or None where the API says that the endpoint is gone.

        Args:
            endpoint_id: The endpoint.
            state: What the engine has of it; empty for an import, which takes everything from the server.

        Raises:
            EnvironmentMismatchError: The state belongs to the other environment; nothing was sent.
            ApiError: The endpoint can't be read. That never counts as deleted.
        """
        try:
            self._require_same_environment(endpoint_id, state)
            self._note_in_state(endpoint_id)
            remote = self._api.get(endpoint_id)
        except errors.NotFoundError:
            return None
        except (errors.UnauthorizedError, errors.EnvironmentMismatchError) as error:
            raise error.with_advice(_STALE_KEY) from None
        return self._state_of(state or cast("State", remote.properties), remote, state.get("signingSecret"))

    def update(self, endpoint_id: str, state: State, inputs: Inputs) -> State:
        """PATCH what differs, and nothing else; send no request where nothing does.

        Returns: The new state. The signing secret is carried over.

        Raises:
            EnvironmentMismatchError: The state belongs to the other environment; nothing was sent.
            NotFoundError: The endpoint was deleted outside Pulumi.
            ApiError: The endpoint is as it was, unless the text says otherwise.
        """
        self._require_same_environment(endpoint_id, state)
        patch = endpoint.patch_for(state, inputs)
        if not patch:
            return endpoint.planned_update(state, inputs)
        try:
            remote = self._api.update(endpoint_id, _fields_of(patch))
        except errors.NotFoundError as error:
            raise error.with_advice(_DELETED_OUTSIDE) from None
        return self._state_of(inputs, remote, endpoint.known_secret(state, inputs))

    def delete(self, endpoint_id: str, state: State) -> None:
        """Delete an endpoint; one that is gone already is as good.

        An endpoint that this run has just adopted stays: its resource was renamed in the program, or replaced with
        `adopt` still there, and deleting the old one would destroy what the new one manages.

        Raises:
            EnvironmentMismatchError: The state belongs to the other environment; nothing was sent.
            ApiError: The endpoint can't be deleted.
        """
        try:
            self._require_same_environment(endpoint_id, state)
            if self._claims.was_adopted(endpoint_id):
                self._warn(_KEPT.format(endpoint_id=endpoint_id))
                return
            self._api.delete(endpoint_id)
        except errors.NotFoundError:
            return
        except (errors.UnauthorizedError, errors.EnvironmentMismatchError) as error:
            raise error.with_advice(_STALE_KEY) from None

    def _create(self, inputs: Inputs) -> tuple[str, State]:
        body = creation_body(inputs)
        record = self._journal.begin(inputs["idempotencyKey"], body, self.environment, self._owner)
        created = self._post(record, inputs)
        endpoint_id = created.webhook_endpoint_id
        self._claims.note_managed(endpoint_id)
        if created.signing_secret is None:
            self._warn(_SHOWN_ONCE.format(endpoint_id=endpoint_id, event=_CREATED, advice=_CREATED_ADVICE))
        try:
            state = finish_create(self._api, created, inputs, self.environment)
        except errors.ApiError as error:
            self._warn(_NOT_FINISHED.format(endpoint_id=endpoint_id, status=created.status, error=error))
            state = state_of(inputs, created, self.environment, _secret_of(created))
        self._journal.answered(record, endpoint_id)
        return endpoint_id, state

    def _post(self, record: Record, inputs: Inputs) -> RemoteEndpoint:
        try:
            return self._api.create(record.body.encode(), inputs["idempotencyKey"], inputs["url"])
        except errors.ApiError as error:
            if client.is_definite_refusal(error):
                self._journal.close(record)
                raise
            self._journal.abandon(record)
            raise error.with_advice(_UNKNOWN_END) from None

    def _adopt(self, inputs: Inputs, endpoint_id: str | None) -> tuple[str, State]:
        endpoint_id = str(endpoint_id)
        with self._claims.adopting(endpoint_id):
            try:
                remote = converge(self._api, self._api.get(endpoint_id), inputs)
            except errors.NotFoundError as error:
                raise errors.AdoptionError(
                    f"{endpoint_id} can't be adopted: {error}",
                    advice=f"Check the id, and that the API key, which belongs to {self.environment}, belongs to the "
                    "endpoint's organization and environment.",
                ) from None
        secret = inputs.get("existingSigningSecret")
        if secret is None:
            self._warn(_SHOWN_ONCE.format(endpoint_id=endpoint_id, event=_ADOPTED, advice=_ADOPTED_ADVICE))
        return endpoint_id, self._state_of(inputs, remote, secret)

    def _note_in_state(self, endpoint_id: str) -> None:
        """The engine has this endpoint in its state: no adoption may take it, and its record is done."""
        self._claims.note_managed(endpoint_id)
        self._journal.note_managed(endpoint_id)

    def _require_same_environment(self, endpoint_id: str, state: State) -> None:
        state_environment = state.get("environment", self.environment)
        if state_environment != self.environment:
            raise errors.EnvironmentMismatchError(endpoint_id, state_environment, self.environment)

    def _state_of(self, inputs: Inputs, remote: RemoteEndpoint, secret: str | None) -> State:
        return state_of(inputs, remote, self.environment, secret)


def creation_body(inputs: Inputs) -> bytes:
    """Return the bytes of the create that these inputs lead to: always the same, so that it can be sent again."""
    patch = cast("Patch", {name: inputs.get(name) for name in ("url", "enabledEvents")})
    return client.encode(_fields_of(without_none(patch)))


def finish_create(api: Client, created: RemoteEndpoint, inputs: Inputs, environment: Environment) -> State:
    """Do what follows a create's POST (the status, which a POST can't set).

    Returns: The state, with the secret of the create's answer.

    Raises:
        ApiError: Setting the status failed; the endpoint is as the POST made it.
    """
    # a create says nothing about events and URL but what the server has just made of them
    wanted = cast("Patch", {**created.properties, "status": inputs.get("status")})
    return state_of(inputs, converge(api, created, wanted), environment, _secret_of(created))


def converge(api: Client, remote: RemoteEndpoint, wanted: Patch) -> RemoteEndpoint:
    """PATCH what differs from an endpoint as it is; send no request where nothing does.

    Raises:
        ApiError: The PATCH failed.
    """
    patch = endpoint.patch_for(remote.properties, wanted)
    return api.update(remote.webhook_endpoint_id, _fields_of(patch)) if patch else remote


def state_of(inputs: Inputs, remote: RemoteEndpoint, environment: Environment, secret: str | None) -> State:
    """Return the state of an endpoint: as declared where the server has that, and what only the server knows."""
    declared: State = {
        "adopt": inputs.get("adopt"),
        "existingSigningSecret": inputs.get("existingSigningSecret"),
        "idempotencyKey": inputs.get("idempotencyKey", ""),
        "webhookEndpointId": remote.webhook_endpoint_id,
        "createdAt": remote.created_at,
        "environment": environment,
        "signingSecret": secret,
    }
    if not declared["idempotencyKey"]:  # an imported endpoint has none
        del declared["idempotencyKey"]
    return without_none(cast("State", {**endpoint.declared_form(inputs, remote.properties), **declared}))


def _fields_of(patch: Patch) -> dict[str, object]:
    """The same fields under the API's names."""
    return {to_snake(name): value for name, value in patch.items()}


def _secret_of(created: RemoteEndpoint) -> str | None:
    return created.signing_secret.get_secret_value() if created.signing_secret else None

"""Check, diff, create, read, update and delete: what each leads to at the API. Both doors call this."""

from collections.abc import Callable, Mapping
from typing import cast
from uuid import uuid4

from pulumi_kinetic import endpoint, errors, inputs
from pulumi_kinetic.address import Address
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.claims import Claims
from pulumi_kinetic.client import Client
from pulumi_kinetic.creation import Creator
from pulumi_kinetic.endpoint import Echo, Inputs, Patch, State, fields_of
from pulumi_kinetic.inputs import Checked
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.presence import Presence
from pulumi_kinetic.process import Parent
from pulumi_kinetic.settings import Environment, Settings
from pulumi_kinetic.snapshot import Snapshot
from pulumi_kinetic.state import state_of

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
_NOT_FINISHED = "{endpoint_id} was created, but isn't as declared yet: {error}\nThe next `pulumi up` completes it."
_KEPT = "{endpoint_id} is not deleted: this run has adopted it. To rotate its secret, remove `adopt` first."
_DELETED_OUTSIDE = "It was deleted outside Pulumi: run `pulumi up --refresh` to create it again."
_STALE_KEY = (
    "`pulumi refresh` and `pulumi destroy` use the key saved by the last `pulumi up`. If you rotated it, run "
    "`pulumi up` first, add --run-program, or use KINETIC_API_KEY."
)
_SPARED = (
    "{endpoint_id} is not deleted: this run has continued an interrupted create, which returned it, so nothing was "
    "rotated. To rotate its secret, run `pulumi up --replace URN` again."
)
_INTERRUPTED_REPLACEMENT = (
    "an interrupted replacement of this resource may have made an endpoint: `pulumi up --replace '{urn}'` continues "
    "it; `pulumi-kinetic recover --list` names it"
)
_BEING_CONTINUED = "{endpoint_id} can't be adopted: an interrupted create of {urn} made it (backend {backend})"


class Lifecycle:
    """What the engine's calls lead to. One object serves one run of the engine, from many threads."""

    def __init__(self, settings: Settings, api: Client, journal: Journal, *, warn: Callable[[str], None]) -> None:
        """Make no request yet; warn where the settings call for it.

        Args:
            settings: The provider's settings.
            api: The API, by these settings.
            journal: Where creates are recorded.
            warn: Shows a warning to the user.
        """
        self._settings = settings
        self._api = api
        self._journal = journal
        self._warn = warn
        self._claims = Claims(journal.folder / "claims", Parent().run)
        self._snapshot = Snapshot(api)
        self._presence = Presence(settings, api)
        self._creator = Creator(settings, api, journal, self._claims, self._presence, warn=warn)
        self._addresses: dict[str, Address] = {}
        if settings.warning:
            warn(settings.warning)

    @property
    def environment(self) -> Environment:
        """The environment of the API key."""
        return self._settings.environment

    def check(self, olds: Inputs, news: Inputs, address: Address, new_key: str | None = None) -> Checked:
        """Validate the inputs, and give a new resource its Idempotency-Key. Makes no request.

        Args:
            olds: The inputs in state; empty for a new resource and for the second check of a replacement.
            news: The inputs of the program.
            address: Where the resource belongs: an interrupted create of the same address is continued.
            new_key: The key of a create that begins; None draws one at random. An update plan fixes it, so what belongs
                to the plan has to give the same key, and nothing else may.

        Raises:
            SettledError: The key has made an endpoint already: an update plan is applied twice.
        """
        if adopted := olds.get("adopt"):
            self._claims.note_managed(adopted)
        key = self._key_for(olds, news, address, new_key or str(uuid4()))
        checked = inputs.check(olds, news, environment=self.environment, new_key=key)
        # create isn't told where it belongs
        self._addresses[checked.inputs["idempotencyKey"]] = address
        return checked

    def _key_for(self, olds: Inputs, news: Inputs, address: Address, new_key: str) -> str:
        if not olds:
            return new_key if news.get("adopt") else self._creator.key_for(address, new_key)
        key = olds.get("idempotencyKey")
        self._journal.note_arrival(key)
        if any(record.key != key for record in self._journal.open_of(address)):
            self._warn(_INTERRUPTED_REPLACEMENT.format(urn=address.resource))
        return new_key

    def diff(self, endpoint_id: str, state: State, inputs: Inputs) -> list[str]:
        """Return the names of the properties that an update would change. Makes no request.

        Raises:
            EnvironmentMismatchError: The state belongs to the other environment.
        """
        self._require_same_environment(endpoint_id, state)
        self._note_in_state(endpoint_id, state)
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
        self._creator.require_engine()
        with self._snapshot.writing():
            return self._adopt(inputs, inputs["adopt"]) if inputs.get("adopt") else self._create(inputs)

    def read(self, endpoint_id: str, state: State) -> State | None:
        """Return the state as the server has it now, or None where the API says that the endpoint is gone.

        Args:
            endpoint_id: The endpoint.
            state: What the engine has of it; empty for an import, which takes everything from the server.

        Raises:
            EnvironmentMismatchError: The state belongs to the other environment; nothing was sent.
            AccountMismatchError: The API doesn't have it, but the API key or base URL isn't the state's.
            ApiError: The endpoint can't be read. That never counts as deleted.
        """
        try:
            self._require_same_environment(endpoint_id, state)
            if state:  # an import shows nothing that the engine has saved
                self._note_in_state(endpoint_id, state)
            remote = self._snapshot.get(endpoint_id, state.get("url")) if state else self._api.get(endpoint_id)
        except errors.NotFoundError as error:
            self._presence.require_deleted(endpoint_id, state, error)
            return None
        except (errors.UnauthorizedError, errors.EnvironmentMismatchError) as error:
            raise error.with_advice(_STALE_KEY) from None
        declared = state or cast("State", remote.properties)
        account = self._presence.note_found(endpoint_id, state)
        secret, continued = state.get("signingSecret"), state.get("continued")
        echo = state.get("echo", {})
        return state_of(
            declared, remote, self.environment, account=account, secret=secret, continued=continued, echo=echo
        )

    def update(self, endpoint_id: str, state: State, inputs: Inputs) -> State:
        """PATCH what differs, and nothing else; send no request where nothing does.

        Returns: The new state. The signing secret is carried over.

        Raises:
            EnvironmentMismatchError: The state belongs to the other environment; nothing was sent.
            NotFoundError: The endpoint was deleted outside Pulumi.
            AccountMismatchError: The API doesn't have it, but the API key or base URL isn't the state's.
            ApiError: The endpoint is as it was, unless the text says otherwise.
        """
        self._require_same_environment(endpoint_id, state)
        patch = endpoint.patch_for(state, inputs)
        if not patch:
            return endpoint.planned_update(state, inputs)
        self._creator.require_engine()
        try:
            with self._snapshot.writing():
                remote = self._api.update(endpoint_id, fields_of(patch), state.get("url"))
        except errors.NotFoundError as error:
            self._presence.require_deleted(endpoint_id, state, error)
            raise error.with_advice(_DELETED_OUTSIDE) from None
        account = self._presence.note_found(endpoint_id, state)
        secret, continued = endpoint.known_secret(state, inputs), state.get("continued")
        echo = endpoint.echo_of(state.get("echo", {}), inputs, patch, remote.properties)
        return state_of(
            inputs, remote, self.environment, account=account, secret=secret, continued=continued, echo=echo
        )

    def delete(self, endpoint_id: str, state: State) -> None:
        """Delete an endpoint; one that is gone already is as good.

        An endpoint that this run has just adopted stays: its resource was renamed in the program, or replaced with
        `adopt` still there, and deleting the old one would destroy what the new one manages.

        Raises:
            EnvironmentMismatchError: The state belongs to the other environment; nothing was sent.
            AccountMismatchError: The API doesn't have it, but the API key or base URL isn't the state's.
            ApiError: The endpoint can't be deleted.
        """
        try:
            self._require_same_environment(endpoint_id, state)
            if self._claims.was_adopted(endpoint_id):
                self._warn(_KEPT.format(endpoint_id=endpoint_id))
                return
            if self._claims.is_living_replacement(endpoint_id, state.get("continued")):
                self._warn(_SPARED.format(endpoint_id=endpoint_id))
                return
            self._creator.require_engine()
            self._journal.note_arrival(state.get("idempotencyKey"), endpoint_id)
            self._presence.note_in_state(endpoint_id, state)
            with self._snapshot.writing():
                self._api.delete(endpoint_id, state.get("url"))
            self._presence.note_found(endpoint_id, state)
        except errors.NotFoundError as error:
            self._presence.require_deleted(endpoint_id, state, error)
        except (errors.UnauthorizedError, errors.EnvironmentMismatchError) as error:
            raise error.with_advice(_STALE_KEY) from None

    def _create(self, inputs: Inputs) -> tuple[str, State]:
        address = self._addresses.get(inputs["idempotencyKey"], Address())
        created, record, continued = self._creator.create(inputs, address)
        endpoint_id = created.webhook_endpoint_id
        self._claims.note_returned(endpoint_id, continued=continued)
        secret = created.signing_secret.get_secret_value() if created.signing_secret else None
        if secret is None:
            self._warn(_SHOWN_ONCE.format(endpoint_id=endpoint_id, event=_CREATED, advice=_CREATED_ADVICE))
        # a POST can't set the status; a continued create may have been begun with other inputs
        wanted = inputs if continued else cast("Patch", {**created.properties, "status": inputs.get("status")})
        echo = endpoint.echo_of({}, inputs, () if continued else endpoint.ECHOED, created.properties)
        remote = created
        if not self._creator.engine_is_gone:
            try:
                remote, echo = converge(self._api, created, wanted, echo)
            except errors.ApiError as error:
                self._warn(_NOT_FINISHED.format(endpoint_id=endpoint_id, error=error))
        self._journal.note_handed_over(record)
        mark = str(uuid4()) if continued else None
        account = self._presence.note_found(endpoint_id, {})
        return endpoint_id, state_of(
            inputs, remote, self.environment, account=account, secret=secret, continued=mark, echo=echo
        )

    def _adopt(self, inputs: Inputs, endpoint_id: str | None) -> tuple[str, State]:
        endpoint_id = str(endpoint_id)
        record = next((record for record in self._journal.records() if record.endpoint_id == endpoint_id), None)
        if record is not None and not self._journal.has_arrived(record.key):
            urn, backend = record.address.resource, record.address.backend
            raise errors.AdoptionError(
                _BEING_CONTINUED.format(endpoint_id=endpoint_id, urn=urn, backend=backend),
                advice="Without `adopt`, `pulumi up` of that stack continues the create. If that isn't wanted, run "
                f"`pulumi-kinetic recover --forget '{urn}'`.",
            )
        with self._claims.adopting(endpoint_id):
            try:
                remote, echo = converge(self._api, self._api.get(endpoint_id, inputs.get("url")), inputs, {})
            except errors.NotFoundError as error:
                raise errors.AdoptionError(
                    f"{endpoint_id} can't be adopted: {error}",
                    advice=f"Check the id, and that the API key, which belongs to {self.environment}, belongs to the "
                    "endpoint's organization and environment.",
                ) from None
        secret = inputs.get("existingSigningSecret")
        if secret is None:
            self._warn(_SHOWN_ONCE.format(endpoint_id=endpoint_id, event=_ADOPTED, advice=_ADOPTED_ADVICE))
        account = self._presence.note_found(endpoint_id, {})
        return endpoint_id, state_of(inputs, remote, self.environment, account=account, secret=secret, echo=echo)

    def _note_in_state(self, endpoint_id: str, state: State) -> None:
        """The engine has this endpoint in its state: no adoption may take it, and its record is done."""
        self._claims.note_managed(endpoint_id, state.get("continued"))
        self._presence.note_in_state(endpoint_id, state)
        self._journal.note_arrival(state.get("idempotencyKey"), endpoint_id)

    def _require_same_environment(self, endpoint_id: str, state: State) -> None:
        state_environment = state.get("environment", self.environment)
        if state_environment != self.environment:
            raise errors.EnvironmentMismatchError(endpoint_id, state_environment, self.environment)


def converge(
    api: Client, remote: RemoteEndpoint, wanted: Patch, echo: Mapping[str, Echo]
) -> tuple[RemoteEndpoint, Mapping[str, Echo]]:
    """PATCH what differs from an endpoint as it is; send no request where nothing does.

    Returns: The endpoint as it is then, and what the server makes of our writes.

    Raises:
        ApiError: The PATCH failed.
    """
    patch = endpoint.patch_for(remote.properties, wanted)
    if patch:
        remote = api.update(remote.webhook_endpoint_id, fields_of(patch), remote.url)
    return remote, endpoint.echo_of(echo, wanted, patch, remote.properties)

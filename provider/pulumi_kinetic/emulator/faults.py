"""Faults on demand: which request goes wrong, and how. What happens with a fault is `middleware`'s and `delivery`'s."""

import re
import threading
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from pulumi_kinetic.emulator.assumptions import HttpStatus

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _sendable(text: str) -> str:
    if match := _LONE_SURROGATE.search(text):
        codepoint = f"U+{ord(match[0]):04X}"
        raise PydanticCustomError(
            "surrogate", "has a lone surrogate ({point}), which UTF-8 can't send", {"point": codepoint}
        )
    return text


def _header_value(text: str) -> str:
    if _CONTROL.search(text):
        raise PydanticCustomError("control", "has a control character, which no header can hold")
    return _sendable(text)


def _header_name(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise PydanticCustomError("token", "is no name of a header: letters, digits and !#$%&'*+-.^_`|~ only")
    return text


Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Sendable = Annotated[str, AfterValidator(_sendable)]
HeaderName = Annotated[str, AfterValidator(_header_name)]
HeaderValue = Annotated[str, AfterValidator(_header_value)]


class Fault(BaseModel):
    """An entry of a fault script: the requests that it is for, and what goes wrong with them."""

    model_config = ConfigDict(extra="forbid")

    method: str | None = Field(default=None, description="HTTP method that it is for; any when omitted.")
    path: str | None = Field(default=None, description="Text that the path must contain; any when omitted.")
    times: int = Field(default=1, description="How many requests it is for.")
    skip: int = Field(default=0, description="How many matching requests it lets pass first.")
    delay_seconds: Seconds = Field(default=0, description="Wait before the work.")
    delay_in_flight_seconds: Seconds = Field(
        default=0, description="Wait while a create's Idempotency-Key is in flight."
    )
    delay_after_seconds: Seconds = Field(default=0, description="Wait after the work is done, before the answer.")
    commit: bool = Field(default=True, description="Whether the work is done at all.")
    drop: bool = Field(default=False, description="Close the connection instead of answering.")
    half_body: bool = Field(default=False, description="Close the connection in the middle of the answer's body.")
    stall_seconds: Seconds = Field(default=0.05, description="With `half_body`: wait between the half and the cut.")
    trickle_seconds: Seconds = Field(
        default=0, description="Send the body a byte at a time, with this wait before each."
    )
    trickle_headers: bool = Field(default=False, description="With `trickle_seconds`: the headers too.")
    status: HttpStatus | None = Field(default=None, description="Answer with this status instead.")
    body: Sendable = Field(default="", description="With `status`: the body.")
    content_type: HeaderValue = Field(default="application/json", description="With `status`: the Content-Type.")
    headers: dict[HeaderName, HeaderValue] = Field(
        default={}, description="Headers added to the answer (Retry-After, say)."
    )
    without_secret: bool = Field(default=False, description="Leave signing_secret out of the answer.")


def effects(fault: Fault) -> list[str]:
    """Say what goes wrong with a request, a phrase for each thing; none for a fault that changes nothing."""
    delay = fault.delay_seconds + fault.delay_in_flight_seconds + fault.delay_after_seconds
    phrases = {
        f"{fault.status} instead of the answer": fault.status is not None,
        f"with {', '.join(fault.headers)}": bool(fault.headers),
        "no answer": fault.drop,
        "half an answer": fault.half_body,
        "nothing is done": not fault.commit,
        f"{delay:g} s late": delay > 0,
        "a byte at a time": fault.trickle_seconds > 0,
        "without the signing secret": fault.without_secret,
    }
    return [phrase for phrase, happens in phrases.items() if happens]


class FaultScript:
    """The faults still to come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def set(self, faults: list[Fault]) -> None:
        """Replace the script."""
        with self._lock:
            # Copies, since next_for counts `times` and `skip` down.
            self._faults = [fault.model_copy() for fault in faults]

    def remaining(self) -> list[Fault]:
        """Return what is left of the script."""
        with self._lock:
            return [fault.model_copy() for fault in self._faults if fault.times > 0]

    def next_for(self, method: str, path: str) -> Fault:
        """Take the fault of a request from the script: the first that matches, `times` times after `skip` requests.

        Returns: The fault; one that changes nothing if the script has none for this request.
        """
        with self._lock:
            for fault in self._faults:
                if fault.method in (None, method) and (fault.path or "") in path and fault.times > 0:
                    if fault.skip > 0:
                        fault.skip -= 1
                        continue
                    fault.times -= 1
                    return fault
        return Fault()

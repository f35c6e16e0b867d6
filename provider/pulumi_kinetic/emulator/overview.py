"""What the page shows, in one bounded answer: the latest endpoints and requests, the faults to come, the assumptions.

No signing secret is in it, and no body: the page asks for a secret when its user does.
"""

from pydantic import JsonValue

from pulumi_kinetic.emulator.faults import Fault, FaultScript, effects
from pulumi_kinetic.emulator.records import Endpoint, JsonObject
from pulumi_kinetic.emulator.request_log import LogEntry, RequestLog
from pulumi_kinetic.emulator.store import Store

MAX_ENDPOINTS = 200
MAX_REQUESTS = 200
MAX_EVENTS = 20
MAX_FAULTS = 20
MAX_CHARS = 1000


def overview(store: Store, script: FaultScript, log: RequestLog) -> JsonObject:
    """Collect what the page shows, the newest first; of what there is more, the number says how much."""
    endpoints = store.all_endpoints()
    faults = script.remaining()
    return {
        "endpoints": [_shown_endpoint(endpoint) for endpoint in reversed(endpoints[-MAX_ENDPOINTS:])],
        "endpoint_count": len(endpoints),
        "requests": [_shown_request(entry) for entry in log.latest(MAX_REQUESTS)],
        "request_count": len(log),
        "faults": [_shown_fault(fault) for fault in faults[:MAX_FAULTS]],
        "fault_count": len(faults),
        "assumptions": store.assumptions.model_dump(),
    }


def _shown_endpoint(endpoint: Endpoint) -> JsonObject:
    names: list[JsonValue] = [_cut(name) for name in endpoint.enabled_events[:MAX_EVENTS]]
    return {
        "webhook_endpoint_id": endpoint.webhook_endpoint_id,
        "url": _cut(endpoint.url),
        "enabled_events": names,
        "event_count": len(endpoint.enabled_events),
        "status": _cut(endpoint.status),
        "created_at": endpoint.created_at,
        "environment": endpoint.environment,
        "organization": _cut(endpoint.organization),
    }


def _shown_request(entry: LogEntry) -> JsonObject:
    return {
        "request_id": entry["request_id"],
        "at": entry["at"],
        "method": _cut(entry["method"]),
        "target": _cut(f"{entry['path']}?{entry['query']}" if entry["query"] else entry["path"]),
        "status": entry["status"],
        "change": entry["change"] and _cut(entry["change"]),
        "faults": [_cut(phrase) for phrase in entry["faults"]],
    }


def _shown_fault(fault: Fault) -> JsonObject:
    return {
        "effects": [_cut(phrase) for phrase in effects(fault)],
        "method": fault.method and _cut(fault.method),
        "path": fault.path and _cut(fault.path),
        "times": fault.times,
        "skip": fault.skip,
    }


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS]}…"

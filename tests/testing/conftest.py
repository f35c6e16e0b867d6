from collections.abc import Iterator

import pytest

from support.mocks import own_runtime


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Pulumi runtime for mocks, on a machine without key and network."""
    monkeypatch.setenv("KINETIC_BASE_URL", "http://127.0.0.1:9")
    with own_runtime():
        yield

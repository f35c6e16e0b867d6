"""The comparison of a page's output with the printed one, which the pages' tests rely on."""

import pytest

from support.console import matches

UP = """Updating (dev):
 +  pulumi:pulumi:Stack shop-dev creating (0s)
@ updating....
 +  pulumi:pulumi:Stack shop-dev created (0.49s)
Outputs:
    endpoint_id: "we_8KdQ2n4Vb1Xc7M"

Duration: 1s
"""


@pytest.mark.parametrize(
    "expected",
    [
        UP,
        "…\n",
        "…\nDuration: 12s\n",
        'Updating (dev):\n…\nOutputs:\n    endpoint_id: "we_AAAABBBBCCCCDD"\nDuration: 2s',
        "Updating (…):\n…\n",
        "Updating (dev):\n…\n …Stack shop-dev created (0.01s)\n…\nDuration: 1s\n…\n",
    ],
)
def test_the_same_output_matches(expected: str) -> None:
    assert matches(expected, UP)


@pytest.mark.parametrize(
    "expected",
    [
        "",
        "Duration: 1s\n",
        "Updating (dev):\n",
        "…\nDuration: 1s\nDone\n",
        "…\n    endpoint_id: [secret]\n…\n",
        "…\n  endpoint_id: …\n…\n",
        'Updating (prod):\n…\n    endpoint_id: "…"\n…\n',
        "Updating (dev):…Duration: 1s\n",
    ],
)
def test_another_output_is_seen(expected: str) -> None:
    assert not matches(expected, UP)

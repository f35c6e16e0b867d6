"""The bounded worlds that the model is explored in: each is small enough for a few seconds."""

from search.continuation_model import Budget, Scenario

KILLS = Scenario(
    "kills on one machine",
    Budget(ups=4, recovers=5, faults=3, kills_of_cli=3, kills_of_both=3, kills_of_provider=3, kills_of_recover=1),
)
LOST_MACHINE = Scenario(
    "kills on two machines, one of them lost",
    Budget(ups=3, recovers=4, faults=2, losses=1, kills_of_cli=2, kills_of_both=2, kills_of_recover=1),
    machines=2,
)
FAILED_SAVES = Scenario(
    "failed saves",
    Budget(ups=3, recovers=4, faults=2, kills_of_cli=1, failed_saves=2, interrupts=1),
    machines=2,
)
INTERRUPTS = Scenario(
    "SIGINT to a provider",
    Budget(ups=3, recovers=3, faults=3, kills_of_cli=1, interrupts=1, kills_of_provider=1, deletions=1),
)
DISABLED = Scenario(
    "a disabled endpoint, then enabled",
    Budget(ups=3, recovers=3, edits=1, faults=2, kills_of_cli=1, failed_patches=1, kills_of_provider=1),
    machines=2,
    enabled=False,
)
DISABLED_REPLACEMENT = Scenario(
    "a disabled endpoint replaced",
    Budget(ups=2, recovers=2, replacements=1, edits=1, faults=2, kills_of_cli=1, failed_patches=1, failed_saves=1),
    machines=2,
    enabled=False,
)
REPLACEMENTS = Scenario(
    "replacements on one machine",
    Budget(ups=2, recovers=4, replacements=2, faults=2, kills_of_cli=1, kills_of_both=2, kills_of_provider=2),
)
REPLACED_TWICE = Scenario(
    "a replacement killed twice",
    Budget(ups=2, recovers=2, replacements=2, faults=3, kills_of_both=3),
)
REPLACEMENTS_ELSEWHERE = Scenario(
    "replacements on two machines",
    Budget(ups=2, recovers=3, replacements=2, faults=2, kills_of_both=2, kills_of_provider=1),
    machines=2,
)
REPLACEMENT_LOST = Scenario(
    "a replacement whose machine is lost",
    Budget(ups=2, recovers=3, replacements=1, faults=2, losses=1, kills_of_both=1),
    machines=2,
)
REPLACEMENT_OF_DELETED = Scenario(
    "a replacement of what a colleague deleted",
    Budget(ups=2, recovers=3, replacements=1, faults=3, kills_of_cli=1, kills_of_provider=1, deletions=1),
)
TWO_RESOURCES = Scenario(
    "two resources",
    Budget(ups=3, recovers=3, faults=3, losses=1, kills_of_both=3),
    machines=2,
    names=(0, 1),
)
RACE = Scenario(
    "recover beside up",
    Budget(ups=2, recovers=3, faults=2, kills_of_cli=1, kills_of_both=1, failed_saves=1),
    machines=2,
    commands=2,
)
RACE_OF_TWO_RESOURCES = Scenario(
    "recover beside up, two resources",
    Budget(ups=3, recovers=2, faults=2, losses=1, kills_of_both=2),
    machines=2,
    names=(0, 1),
    commands=2,
)
RACE_WITH_REPLACEMENT = Scenario(
    "recover beside a replacement",
    Budget(ups=2, recovers=2, replacements=1, faults=2, kills_of_cli=1, kills_of_provider=1),
    commands=2,
)
RACE_WITH_LOST_REPLACEMENT = Scenario(
    "recover beside a replacement whose machine is lost",
    Budget(ups=2, recovers=2, replacements=1, faults=2, losses=1, kills_of_both=1),
    machines=2,
    commands=2,
)
NAMESAKES = Scenario(
    "two backends with the same names",
    Budget(ups=4, recovers=3, faults=1, kills_of_cli=1, kills_of_provider=1),
    stacks=2,
)
RENAME = Scenario(
    "state mv to another name",
    Budget(ups=3, recovers=4, moves=1, faults=1, kills_of_cli=1, kills_of_provider=1, kills_of_both=1),
    machines=2,
)
MOVE = Scenario(
    "state mv to another stack",
    Budget(ups=3, recovers=5, moves=1, faults=1, kills_of_cli=1, kills_of_provider=1, kills_of_both=1),
    stacks=2,
)
ERRORS = Scenario(
    "refused and lost requests",
    Budget(ups=3, recovers=3, faults=3, kills_of_cli=1, kills_of_provider=1, refusals=1, timeouts=1),
)
COLLEAGUE = Scenario(
    "a colleague deletes",
    Budget(ups=3, recovers=4, faults=3, losses=1, kills_of_both=2, deletions=1),
    machines=2,
)
DESTROY = Scenario(
    "destroyed and made again",
    Budget(ups=4, recovers=4, destroys=1, faults=2, losses=1, kills_of_both=2),
    machines=2,
)
EXPIRY = Scenario(
    "the API forgets a key",
    Budget(ups=3, recovers=4, faults=2, kills_of_cli=1, kills_of_both=1, kills_of_provider=1, expiries=1),
    machines=2,
)
ALL = [value for value in list(globals().values()) if isinstance(value, Scenario)]

# What the design leaves open, and says so: see the tests' last part.
RACE_WITH_A_FAILED_SAVE = Scenario(
    "recover beside a save that fails",
    Budget(ups=3, recovers=3, faults=2, kills_of_both=1, failed_saves=1),
    machines=2,
    names=(0, 1),
    commands=2,
)

"""The emulator's state as the text of its file: JSON, and nothing that isn't known."""

import json

from pulumi_kinetic.emulator.records import State
from pulumi_kinetic.emulator.state_file import StateFile, StateFileError


def load_state(file: StateFile) -> State:
    """Read the state out of its file, and then make the file private.

    A file that holds something else is left as it is, its mode included, and is given free.

    Raises:
        StateFileError: The file can't be read, or holds something else.
    """
    try:
        text = file.read()
        state = State.model_validate(json.loads(text)) if text else State()
        file.make_private()
    except StateFileError:
        file.close()
        raise
    except (ValueError, RecursionError):
        file.close()
        # Without the words of the error: they may have keys and secrets.
        reason = "it holds something else than a state of this version of the emulator"
        raise StateFileError(file.path, reason) from None
    return state


def save_state(file: StateFile, state: State) -> None:
    """Write the state into its file.

    Raises:
        StateFileError: It can't be saved; the file is as it was.
    """
    # Not model_dump_json: pydantic can't write a lone surrogate, which JSON allows in a URL. json escapes it.
    file.write(json.dumps(state.model_dump(by_alias=True), indent=1))

"""The layers of the crash safety, and Python that switches each off in a provider and in `recover`."""

LAYERS = {
    "the journal": "import pulumi_kinetic.journal as j\nj.Journal._write = lambda *_: None\n",
    "recover carries pending creates": (
        "import pulumi_kinetic.cli.recover as r\nr.Recovery._carry_pending_creates = lambda *_: None\n"
    ),
    "recover clears only what is settled": (
        "import pulumi_kinetic.cli.recover as r\n"
        "def clear(self):\n"
        "    urn = r.stack_urn_of(self._stack.export())\n"
        "    self._stack.clear_pending_creates(urn)\n"
        "r.Recovery._clear_what_is_settled = clear\n"
    ),
    "recover compares keys, not URNs": (
        "import pulumi_kinetic.cli.recover as r\nr._key_of = lambda resource: resource.get('urn')\n"
    ),
    "a delete spares what a continued create returned": (
        "import pulumi_kinetic.claims as c\nc.Claims.is_living_replacement = lambda *_: False\n"
    ),
    "what ends after a signal was not handed over": (
        "import pulumi_kinetic.journal as j\n"
        "j.Journal.note_handed_over = lambda self, record: self._handed_over.add(record.file_name)\n"
    ),
    "what ends without its engine was not handed over": (
        "import pulumi_kinetic.process as p\np.Parent.is_gone = property(lambda self: False)\n"
    ),
    "a conflict of a create is retried": (
        "import pulumi_kinetic.client as c\nretryable = c.is_retryable\n"
        "c.is_retryable = lambda method, error: error.status != 409 and retryable(method, error)\n"
    ),
    "the backend in the address": (
        "import pulumi_kinetic.address as a\na.backend_url = lambda *_: 'file:///the-only-one'\n"
    ),
    "settled keys": "import pulumi_kinetic.journal as j\nj.Journal.has_arrived = lambda *_: False\n",
    "a spent key is read back": "import pulumi_kinetic.creation as c\nc.Creator._is_spent = lambda *_: False\n",
    "a create waits for the process that began it": (
        "import pulumi_kinetic.creation as c\nc.Creator._wait_for_its_process = lambda self, record: record\n"
    ),
}

"""An emulator of the Kinetic API: state kept, faults on demand.

It follows the API reference ("Webhook Endpoints") and shares no code with the client, so that neither can
hide the other's mistake. Behaviour that the reference leaves open is **assumed**, is listed by
`assumptions.Assumptions`, and can be varied, so that nothing is tuned to our own guesses.
"""

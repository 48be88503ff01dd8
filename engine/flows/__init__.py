"""Flows say in which order things happen, what is tried again and what a run is called.

Ids and moments go in; nothing is decided here. `orders` holds the order itself and needs no
Prefect; `recorded` has the same orders as Prefect flows (`route_tickets`, `watch_clocks`,
`send_messages`, `housekeeping`), with a run for every piece of work. `environment` must be entered
before Prefect is imported. Why: docs/decisions/0001-flows-and-embedded-prefect.md.
"""

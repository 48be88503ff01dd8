"""Routing from the district's task list (派单): who handles a ticket, and why."""

from engine.rules.routing.result import Candidate, Routing
from engine.rules.routing.router import Router, load_router

__all__ = ["Candidate", "Router", "Routing", "load_router"]

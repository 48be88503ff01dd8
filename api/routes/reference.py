"""Reference data and routing: units, the task list, and what routing would say of a text."""

from fastapi import APIRouter

from api import schemas, views
from api.dependencies import Reading, Routing
from api.one_thread import CallRoute
from api.requests import SuggestBody
from api.routes.documented import READING, WRITING, problems
from engine.actions.intake import propose
from engine.rules.routing.catalogue import load_catalogue, version_for
from engine.rules.shanghai import shanghai_date
from engine.store.tickets import units as active_units

router = APIRouter(route_class=CallRoute)


@router.post("/routing/suggest", tags=["routing"], responses=problems(*WRITING))
def suggest(body: SuggestBody, call: Routing) -> schemas.Suggestion:
    """Say which units routing would propose for a text; nothing is written."""
    step = call.step
    today = shanghai_date(step.now)
    proposal = propose(step.session, body.kind, body.title, body.content, today)
    return views.suggestion(proposal.stored)


@router.get("/units", tags=["reference"], responses=problems(*READING))
def units(call: Reading) -> schemas.Units:
    """List the units of the registry."""
    names = schemas.UnitView.model_fields
    found = active_units(call.step.session)
    return schemas.Units(
        items=[schemas.UnitView(**{name: getattr(one, name) for name in names}) for one in found]
    )


@router.get("/catalogue/tasks", tags=["reference"], responses=problems(*READING))
def tasks(call: Reading) -> schemas.Tasks:
    """List the rows of the task list that routes tickets."""
    names = schemas.TaskView.model_fields
    found = load_catalogue(version_for(shanghai_date(call.step.now)))
    items = [
        schemas.TaskView.model_validate({name: getattr(one, name) for name in names})
        for one in found.tasks
    ]
    return schemas.Tasks(version=found.version, items=items)

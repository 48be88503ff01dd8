"""Under which settings Prefect runs: quiet, closed, and without what nobody uses."""

from pathlib import Path

from engine.flows import environment

HOME = Path("/somewhere/prefect")


def test_nobody_is_phoned_by_the_server_or_by_flows():
    for values in (environment.for_server(HOME, "x"), environment.for_flows(HOME, "http://x/api")):
        assert values["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
        assert values["DO_NOT_TRACK"] == "1"
        assert values["PREFECT_HOME"] == str(HOME)


def test_the_servers_password_is_the_one_flows_use():
    server, flows = environment.for_server(HOME, "abc"), environment.for_flows(HOME, "u", "abc")

    assert server["PREFECT_SERVER_API_AUTH_STRING"] == flows["PREFECT_API_AUTH_STRING"]

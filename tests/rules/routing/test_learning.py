from engine.rules.routing import load_router
from engine.rules.routing.coverage import lexicon_coverage
from engine.rules.routing.learning import Confirmed, Replay, is_no_worse, learn, replay

RIGHT = Confirmed("增值税发票开不出来", "区税务局")
WRONG = Confirmed("增值税发票开不出来", "区财政局")


def test_right_proposals_teach_nothing():
    assert learn(load_router(), [RIGHT] * 20) == {}


def test_overrides_move_points_from_one_unit_to_the_other_within_the_limit():
    router = load_router()

    few = learn(router, [WRONG])
    many = learn(router, [WRONG] * 500)

    assert few["区财政局"] > 0 > few["区税务局"]
    limit = router.tuning.correction_limit
    assert many == {"区财政局": limit, "区税务局": -limit}


def test_replay_counts_what_is_right():
    done = replay(load_router(), [RIGHT, WRONG])

    assert (done.tickets, done.first) == (2, 0.5)


def test_a_version_that_is_worse_anywhere_is_not_kept():
    old = Replay(200, 0.9, 0.97)

    assert is_no_worse(old, Replay(200, 0.9, 0.97))
    assert not is_no_worse(old, Replay(200, 0.95, 0.96))


def test_frequent_words_no_lexicon_knows_are_reported():
    texts = ["我们想问蹦床馆的事"] * 4 + ["发票"] * 2

    coverage = lexicon_coverage(texts, load_router())

    assert any("蹦床馆" in word for word, _ in coverage.strangers)
    assert coverage.texts == 6
    assert coverage.known >= 2


def test_a_proposal_without_evidence_or_in_conflict_teaches_nothing_about_itself():
    nothing = Confirmed("13812345678", "区财政局")
    conflict = Confirmed("税务局工作人员态度恶劣，刁难我们开发票", "区纪委监委")

    assert learn(load_router(), [nothing] * 20) == {}
    assert learn(load_router(), [conflict] * 20) == {}


def test_a_version_in_which_one_unit_falls_is_not_kept():
    old = Replay(200, 0.9, 0.97, {"区税务局": 10, "区财政局": 5})

    assert is_no_worse(old, Replay(200, 0.9, 0.97, {"区税务局": 10, "区财政局": 6}))
    assert not is_no_worse(old, Replay(200, 0.95, 0.97, {"区税务局": 9, "区财政局": 16}))

"""Parts that are killed are started again: at once, then ever more slowly, and told once."""

import time

from engine.serving.watching import Watch, Watcher


class FakePart:
    """A part that ends when it is killed, and whose next starts may fail."""

    name = "内置 PostgreSQL"

    def __init__(self, failures=0, stands=True):
        self.alive, self.failures, self.stands = True, failures, stands
        self.starts: list[float] = []

    def lives(self):
        return self.alive

    def start_again(self):
        self.starts.append(time.monotonic())
        if len(self.starts) <= self.failures:
            raise OSError("磁盘已满 [1]")
        self.alive = self.stands


def eventually(condition, seconds=5.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.005)
    return False


def watched(part, told, unit=0.01):
    watcher = Watcher(part, told.append, unit)
    watcher.start()
    return watcher


def end(watcher):
    watcher.leave()
    watcher.join()


def test_a_part_that_was_killed_is_started_again_and_told_in_one_line():
    part, told = FakePart(), []
    watcher = watched(part, told)

    part.alive = False

    assert eventually(lambda: part.alive)
    end(watcher)
    assert len(part.starts) == 1
    assert [line for line in told if "内置 PostgreSQL 意外停止，已自动重新启动" in line] == told


def test_a_start_that_fails_is_tried_again_and_its_reason_is_told_once():
    part, told = FakePart(failures=3), []
    watcher = watched(part, told)

    part.alive = False

    assert eventually(lambda: part.alive)
    end(watcher)
    assert len(part.starts) == 4
    assert ["磁盘已满" in line for line in told] == [True, False]


def test_a_part_that_keeps_ending_is_started_ever_more_slowly():
    part, told = FakePart(stands=False), []
    watcher = watched(part, told)

    part.alive = False

    assert eventually(lambda: len(part.starts) == 4)
    end(watcher)
    waits = [later - sooner for sooner, later in zip(part.starts, part.starts[1:], strict=False)]
    assert waits[2] > waits[0]
    assert len(told) == 1


def test_while_stopping_nothing_is_started_again():
    part, told = FakePart(), []
    watch = Watch(told.append, [part])
    watch.start()

    watch.stop()
    part.alive = False
    time.sleep(0.05)

    assert part.starts == []


def test_a_part_that_stands_is_left_alone():
    part, told = FakePart(), []
    watcher = watched(part, told, unit=0.001)

    time.sleep(0.1)
    end(watcher)

    assert (part.starts, told) == ([], [])

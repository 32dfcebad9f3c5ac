"""What is asked for at the same time is served together, and each gets their own."""

import asyncio

import pytest

from bots.telegram.gathering import Gathering


def served(asked, most=3, at_once=1, serve=None):
    """The results for all that is asked at the same time, and what was served together."""
    calls = []

    async def double(some):
        calls.append(list(some))
        await asyncio.sleep(0)
        return [ValueError(one) if one < 0 else 2 * one for one in some]

    async def all_of_them():
        gathering = Gathering(serve or double, most, at_once)
        return await asyncio.gather(*map(gathering.ask, asked), return_exceptions=True)

    return asyncio.run(all_of_them()), calls


def test_all_get_their_own_and_no_call_serves_too_many():
    results, calls = served(range(8))
    assert results == [0, 2, 4, 6, 8, 10, 12, 14]
    assert calls == [[0, 1, 2], [3, 4, 5], [6, 7]]


def test_refusal_of_one_is_nothing_to_the_others():
    results, _ = served([1, -1, 2])
    assert (results[0], str(results[1]), results[2]) == (2, "-1", 4)


def test_fault_of_a_call_is_told_to_all_who_asked_in_it():
    async def breaks(some):
        raise OSError("gone")

    results, _ = served([1, 2, 3, 4], serve=breaks)
    assert [str(one) for one in results] == ["gone"] * 4


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_so_many_calls_at_the_same_time_as_are_allowed(at_once):
    running, most = [], []

    async def slow(some):
        running.append(some)
        most.append(len(running))
        await asyncio.sleep(0.001)
        running.remove(some)
        return some

    results, _ = served(range(7), most=1, at_once=at_once, serve=slow)
    assert (results, max(most)) == (list(range(7)), at_once)


def test_whoever_no_longer_waits_holds_nobody_up():
    async def main():
        gathering = Gathering(lambda some: asyncio.sleep(0.01, some), 5, 1)
        gone, stays = asyncio.create_task(gathering.ask(1)), asyncio.create_task(gathering.ask(2))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert asyncio.run(main()) == 2

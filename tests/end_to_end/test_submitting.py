from tests.world import World


async def test_a_first_score_is_a_personal_best_that_everyone_sees(world: World) -> None:
    print(await world.create_event(unit="pts"))
    seen = await world.submit("Ana", "12,345.5")
    print(seen)
    print(await world.submit("Bob", "12"))
    print(await world.board())
    print(await world.reset())
    print(await world.board("overall"))
    assert not seen.is_private
    assert "New Personal Best!" in seen

"""A year of invented families: the same each time, and a mirror of the rules that are tried."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from bot.rehearsal import telling
from bot.rehearsal.reading import read_messages, read_rates
from bot.rehearsal.simulating import BEGINS, Wanted, simulate
from flows.definition import All, AnyOf, Compare, Condition, Not, Rule
from flows.model import AlertKind, Level, Urgency
from flows.rehearsal import lives
from flows.rehearsal.chance import Chance
from flows.rehearsal.figures import Figures
from flows.rehearsal.household import Raised
from flows.rehearsal.moments import World
from flows.rehearsal.year import Played, play
from tests.flows.builders import CONTENT, DETECTOR

FEW = Wanted(families=26, weeks=20, seed=1)
OUT_OF_REACH = 99


def played(rules: tuple[Rule, ...], wanted: Wanted = FEW) -> Figures:
    return simulate(replace(CONTENT, rules=rules), DETECTOR, read_rates(), wanted)


@cache
def as_shipped() -> Figures:
    return played(CONTENT.rules)


def deaf(condition: Condition) -> Condition:
    """Every threshold on a number out of reach."""
    match condition:
        case Compare() if condition.at_least is not None:
            return replace(condition, at_least=OUT_OF_REACH)
        case All(parts):
            return All(tuple(map(deaf, parts)))
        case AnyOf(parts):
            return AnyOf(tuple(map(deaf, parts)))
        case Not(part):
            return Not(part)
        case _:
            return condition


def said(figures: Figures) -> int:
    """Setbacks that were found because somebody said something."""
    return figures.setbacks.found - figures.setbacks.by_silence


def alerts(figures: Figures) -> int:
    return sum(count for _, count in figures.alerts)


def test_the_same_figures_come_out_each_time() -> None:
    again = played(CONTENT.rules)

    assert again == as_shipped()
    assert telling.as_text(again) == telling.as_text(as_shipped())


def test_another_seed_is_another_centre() -> None:
    assert played(CONTENT.rules, replace(FEW, seed=2)) != as_shipped()


def test_rules_with_thresholds_out_of_reach_find_fewer_setbacks() -> None:
    blind = played(tuple(replace(rule, when=deaf(rule.when)) for rule in CONTENT.rules))

    assert said(blind) < said(as_shipped())
    assert alerts(blind) < alerts(as_shipped())


def test_a_rule_that_always_speaks_gives_every_worker_more_to_do() -> None:
    noisy = replace(
        CONTENT.rules[0], id="X", when=Compare(fact="total", at_least=0), urgency=Urgency.ATTENTION
    )

    loud = played((*CONTENT.rules, noisy))

    assert loud.per_worker_week(alerts(loud)) > 1.5 * as_shipped().per_worker_week(
        alerts(as_shipped())
    )
    assert dict(loud.by_rule)["X"] > 50
    assert (loud.asked, loud.setbacks.began) == (as_shipped().asked, as_shipped().setbacks.began)


def test_without_rules_only_words_and_routes_ask_anybody() -> None:
    mute = played((CONTENT.rules[0],))

    assert set(dict(mute.by_rule)) <= {
        *("A1", "new_words", "unsure_words", "pulse_bad", "blocked", "stopped", "wants_call")
    }


def test_every_kind_of_work_is_counted_and_adds_up() -> None:
    figures = as_shipped()

    assert figures.families == FEW.families and figures.workers == 2
    assert 0 < figures.answered < figures.asked
    for found in (figures.setbacks, figures.dangers):
        assert found.began == found.found + found.missed
        assert sum(count for _, count in found.by) == found.found
    assert figures.reads > 0
    assert 0 < figures.calm_alerted < figures.calm_spans
    assert sum(count for _, count in figures.false_by) == figures.false_kritis


def a_year(number: int) -> Played:
    return play(the_world(), number)


@cache
def the_world() -> World:
    return World(
        content=CONTENT,
        rates=read_rates(),
        messages=read_messages(DETECTOR.find),
        chance=Chance(seed=1),
        now=BEGINS,
        weeks=52,
    )


def first(number: int, wanted: Callable[[Raised], bool]) -> Raised | None:
    return next((one for one in a_year(number).raised if wanted(one)), None)


def test_one_task_for_a_silent_spell_and_none_while_the_family_speaks() -> None:
    tasks = [one for one in a_year(1).raised if one.kind is AlertKind.SILENCE and one.is_new]

    assert len({one.alert for one in tasks}) == len(tasks)


@pytest.mark.parametrize("number", range(1, 13))
def test_what_happens_to_a_family_does_not_hang_on_the_rules(number: int) -> None:
    quiet = replace(the_world(), content=replace(CONTENT, rules=CONTENT.rules[:1]))

    assert play(quiet, number).life == a_year(number).life


def test_levels_and_risks_come_as_often_as_the_rates_say() -> None:
    rates, world = read_rates(), the_world()
    families = [
        lives.invent(number, rates, (), chance=world.chance, now=BEGINS, weeks=52)
        for number in range(1, 401)
    ]

    levels = [family.contacts[0].level for family in families]
    for level in (Level.OPEN, Level.DISCREET, Level.SILENT):
        assert abs(100 * levels.count(level) / 400 - rates.centre.levels[level]) < 8


def test_draws_are_even_and_their_own() -> None:
    chance = Chance(seed=3)
    shares = [chance.share("x", number) for number in range(2000)]

    assert 0 <= min(shares) < 0.01 and 0.99 < max(shares) < 1
    assert abs(sum(shares) / 2000 - 0.5) < 0.02
    assert chance.share("x", 1) == chance.share("x", 1) != chance.of("y").share("x", 1)
    assert {chance.whole(2, 4, number) for number in range(60)} == {2, 3, 4}
    assert {chance.pick((0, 1, 0, 2), number) for number in range(60)} == {1, 3}

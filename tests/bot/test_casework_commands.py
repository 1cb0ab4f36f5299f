"""kabar case pause, close, move and their like, as an operator meets them."""

from tests.bot.test_form_commands import Centre, centre

__all__ = ["centre"]

WHY = ("--reason", "Keluarga minta begitu, lewat telepon.")


def test_a_reason_is_needed_long_enough_and_never_too_long(centre: Centre) -> None:
    assert "Missing option '--reason'" in centre.refused("case", "pause", "K-0142")
    for reason in ("sakit", " " * 30, "x" * 301):
        said = centre.refused("case", "pause", "K-0142", "--reason", reason)
        assert "10 to 300 characters" in said, reason
    assert centre.ok("case", "show", "K-0142")["plan_changes"] == []


def test_pause_resume_and_what_stands_in_the_case_afterwards(centre: Centre) -> None:
    until = "2099-01-05"
    paused = centre.ok("case", "pause", "K-0142", *WHY, "--until", until)
    assert (paused["state"], paused["paused_until"]) == ("paused", until)
    assert "2020-01-01 is not ahead" in centre.refused(
        "case", "pause", "K-0142", *WHY, "--until", "2020-01-01"
    )

    resumed = centre.ok("case", "resume", "K-0142", "--by", centre.worker)

    assert (resumed["state"], resumed["paused_until"]) == ("active", None)
    assert "neither paused nor closed" in centre.refused("case", "resume", "K-0142")
    shown = centre.ok("case", "show", "K-0142", "--reasons")
    changes = [(one["action"], one["actor"], one["reason"]) for one in shown["plan_changes"]]
    assert changes == [
        ("paused", "operator", WHY[1]),
        ("resumed", f"staff:{centre.worker}", None),
    ]


def test_close_and_open_again(centre: Centre) -> None:
    assert "is over" in centre.refused("case", "close", "K-0142", *WHY, "--on", "2020-01-01")
    assert "nobody can be told" in centre.refused(
        "case", "close", "K-0142", *WHY, "--on", "2099-01-01"
    )
    assert "No goodbye is planned" in centre.refused("case", "keep-open", "K-0142")
    assert centre.ok("case", "close", "K-0142", *WHY, "--silent")["state"] == "closed"
    for refused in (
        ("case", "pause", "K-0142", *WHY),
        ("case", "extend", "K-0142", "--weeks", 4, *WHY),
        ("case", "risk", "K-0142", "high", *WHY),
        ("contact", "invite", centre.contact),
        ("contact", "add", "--case", "K-0142", "--caregiver-name", "Siti", "--relation", "nenek"),
    ):
        said = centre.refused(*refused)
        assert "closed" in said or "level C" in said, refused
    assert centre.ok("case", "resume", "K-0142")["state"] == "active"


def test_extend_has_bounds(centre: Centre) -> None:
    for weeks in (0, 105, "x"):
        assert centre.run("case", "extend", "K-0142", "--weeks", weeks, *WHY).exit_code == 2
    assert centre.ok("case", "extend", "K-0142", "--weeks", 100, *WHY)["extra_weeks"] == 100
    assert "104 are the most" in centre.refused("case", "extend", "K-0142", "--weeks", 5, *WHY)


def test_risk_stage_left_and_nickname_say_what_may_stand_there(centre: Centre) -> None:
    assert "is medium already" in centre.refused("case", "risk", "K-0142", "medium", *WHY)
    assert centre.ok("case", "risk", "K-0142", "high", *WHY)["risk"] == "high"
    assert "has: engagement, assessment, planning" in centre.refused(
        "case", "stage", "K-0142", "closing"
    )
    assert centre.ok("case", "stage", "K-0142", "termination")["stage"] == "termination"
    assert "in stage termination already" in centre.refused(
        "case", "stage", "K-0142", "termination"
    )
    assert "families join 4 weeks before" in centre.refused(
        "case", "left", "K-0142", "--on", "2099-01-01"
    )
    assert "before the child was born" in centre.refused(
        "case", "left", "K-0142", "--on", "2001-01-01"
    )
    assert "is not a date" in centre.refused("case", "left", "K-0142", "--on", "kemarin")
    assert centre.ok("case", "left", "K-0142", "--on", "2026-01-01")["left_on"] == "2026-01-01"
    centre.ok("case", "baseline", "K-0142", 9)
    assert "9 stands there already" in centre.refused("case", "baseline", "K-0142", 9)
    assert "less than or equal to 21" in centre.refused("case", "baseline", "K-0142", 22)
    assert "is not on the list of nicknames" in centre.refused("case", "nickname", "K-0142", "Sari")
    centre.ok("case", "nickname", "K-0142", "Adik")
    assert "already" in centre.refused("case", "nickname", "K-0142", "Adik")
    assert "Adik" not in centre.run("case", "show", "K-0142", "--json").stdout


def test_a_case_whose_child_leaves_in_half_a_year_is_too_early(centre: Centre) -> None:
    said = centre.refused(
        *("case", "add", "--code", "K-2", "--nickname", "Kakak", "--birth-date", "2015-04-02"),
        *("--risk", "medium", "--stage", "follow_up", "--relation", "ibu"),
        *("--worker", centre.worker, "--caregiver-name", "Sari", "--left-on", "2099-01-29"),
    )

    assert "2099-01-29 is more than 4 weeks ahead" in said
    assert "from 2099-01-01 on with `kabar case left`" in said


def test_days_of_weight_are_entered_listed_and_taken_back(centre: Centre) -> None:
    row = centre.ok("case", "day", "add", "K-0142", "--kind", "release", "--on", "2098-05-04")
    earlier = centre.ok("case", "day", "add", "K-0142", "--kind", "trial", "--on", "2098-03-04")

    listed = centre.ok("case", "day", "list", "K-0142")

    assert [(one["on"], one["kind"], one["name"]) for one in listed] == [
        ("2098-03-04", "trial", "Persidangan"),
        ("2098-05-04", "release", "Bebas"),
    ]
    centre.ok("case", "day", "remove", "K-0142", earlier["day_id"])
    assert centre.run("case", "day", "list", "K-0142").stdout.split()[-1] == row["day_id"]
    assert "There is no case K-9" in centre.refused("case", "day", "list", "K-9")


def test_move_wants_one_case_or_all_with_a_reason(centre: Centre) -> None:
    assert "give the CODE of a case, or --all" in centre.refused("case", "move")
    assert "give the CODE of a case, or --all" in centre.refused("case", "move", "K-0142", "--all")
    assert "--all needs --reason" in centre.refused("case", "move", "--all")
    said = centre.run("case", "move", "--all", *WHY)
    assert said.stdout.strip() == "K-0142: already on the versions in force."
    assert "cannot decide about all cases" in centre.refused(
        "case", "move", "--all", *WHY, "--by", centre.worker
    )


def test_hours_of_a_contact_in_everyday_words(centre: Centre) -> None:
    contact = centre.contact
    given = ("--safe-from", "18:00", "--safe-to", "20:30", "--days", "mon-fri", "--timezone", "wit")

    after = centre.ok("contact", "hours", contact, *given)

    assert (after["safe_from"], after["safe_to"]) == ("18:00", "20:30")
    assert (after["timezone"], after["weekdays"]) == ("Asia/Jayapura", [0, 1, 2, 3, 4])
    assert "Nothing of these hours is new" in centre.refused("contact", "hours", contact, *given)
    assert "must end at another time" in centre.refused(
        "contact", "hours", contact, "--safe-to", "18:00"
    )
    assert "write every, mon-fri, or mon,wed" in centre.refused(
        "contact", "hours", contact, "--days", "senin"
    )
    assert "WIB, WITA, WIT" in centre.refused("contact", "hours", contact, "--timezone", "WIX")
    for days, expected in (("sat-mon", [0, 5, 6]), ("wed, sun", [2, 6]), ("every", list(range(7)))):
        assert centre.ok("contact", "hours", contact, "--days", days)["weekdays"] == expected
    assert "There is no contact nobody" in centre.refused("contact", "hours", "nobody")


def test_quiet_days_and_short_words_of_a_contact(centre: Centre) -> None:
    contact = centre.contact
    centre.ok("contact", "quiet", "add", contact, "--from", "2098-01-01", "--to", "2098-01-03")
    centre.ok("contact", "quiet", "add", contact, "--from", "2097-01-01")

    assert centre.ok("contact", "quiet", "list", contact) == [
        {"from": "2097-01-01", "to": "2097-01-01"},
        {"from": "2098-01-01", "to": "2098-01-03"},
    ]
    centre.ok("contact", "quiet", "remove", contact, "--from", "2098-01-01")
    assert (
        "not from 2097-01-01 to 2097-01-01."
        in centre.run("contact", "quiet", "list", contact).stdout
    )
    assert centre.ok("contact", "simple", contact, "on")["reads_little"] is True
    assert "on already" in centre.refused("contact", "simple", contact, "on")
    assert "There is no contact nobody" in centre.refused("contact", "quiet", "list", "nobody")


def test_a_school_contact_is_added_by_a_code_and_ends(centre: Centre) -> None:
    adult = ("--case", "K-0142", "--caregiver-name", "Pak Guru", "--relation", "wali kelas")
    school = (*adult, "--kind", "school")
    assert "needs --code" in centre.refused("contact", "add", *school)
    assert "are for --kind school" in centre.refused("contact", "add", *adult, "--code", "S-07")
    made = centre.ok("contact", "add", *school, "--code", "S-07")
    assert made["token"].startswith("f_")
    assert "has a school contact" in centre.refused("contact", "add", *school, "--code", "S-08")
    assert "--reason" in centre.refused("contact", "end", made["contact_id"])

    ended = centre.ok("contact", "end", made["contact_id"], *WHY)

    assert (ended["kind"], ended["state"]) == ("school", "farewell")
    assert "takes no part any more" in centre.refused("contact", "end", made["contact_id"], *WHY)

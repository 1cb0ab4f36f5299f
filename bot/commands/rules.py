"""kabar rules: what the rules do, what came of it, and what a changed file would do."""

import typer

from bot.commands import rule_report, rule_trials

app = typer.Typer(no_args_is_help=True, help="What the rules do, and what others would do.")
app.command("report")(rule_report.report)
app.command("deadlines")(rule_report.running)
app.command("simulate")(rule_trials.simulate_rules)
app.command("replay")(rule_trials.replay_rules)

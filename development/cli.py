"""The arguments of ``./portal`` and which room of development/ answers each."""

import argparse
import sys

from development.console import Stop, say
from development.processes import orderly_signals

DESCRIPTION = "Customer Portal Ext: what a checkout can do."
BENCH = """\
The bench is the one named by FRAPPE_BENCH, else the one this checkout lies in, else ~/frappe-bench.
MariaDB and Redis: the bench's own when they answer and PORTAL_DB_ROOT_PASSWORD (or root_password in
common_site_config.json) opens the database, else private ones, stopped at the end.
PORTAL_SERVICES=private always takes private ones."""


def make_parser() -> argparse.ArgumentParser:
	plain = argparse.RawDescriptionHelpFormatter
	parser = argparse.ArgumentParser(
		prog="./portal", description=DESCRIPTION, epilog=BENCH, formatter_class=plain
	)
	commands = parser.add_subparsers(dest="command", metavar="COMMAND")

	demo = commands.add_parser("demo", help="from a bench to a running portal with demo customers")
	demo.add_argument("--port", type=port, help="where to serve (default: 8000, or the next free port)")
	demo.add_argument(
		"--json", action="store_true", help="print one JSON object on standard output, nothing else"
	)
	demo.add_argument("--no-serve", action="store_true", help="stop before serving")
	demo.add_argument("--fresh", action="store_true", help="make the demo site anew, even when it is there")

	test = commands.add_parser(
		"test",
		help="set up and run the tests",
		epilog="Arguments after -- go to pytest: ./portal test unit -- -k money",
	)
	test.add_argument(
		"suite",
		nargs="?",
		choices=("unit", "look", "integration", "security", "browser", "performance"),
	)

	measure = commands.add_parser("measure", help="our pages against ERPNext's own, and the budgets")
	measure.add_argument(
		"--json", action="store_true", help="print one JSON object on standard output, nothing else"
	)
	measure.add_argument(
		"--growth",
		type=positive,
		default=100_000,
		help="how many invoices the grown site has (default: 100000)",
	)

	preview = commands.add_parser("preview", help="every page with sample data, without a bench")
	preview.add_argument("--port", type=port, help="where to serve")
	return parser


def port(text: str) -> int:
	number = int(text)
	if not 1 <= number <= 65535:
		raise argparse.ArgumentTypeError(f"{text} is no port: 1 to 65535")
	return number


def positive(text: str) -> int:
	number = int(text)
	if number < 1:
		raise argparse.ArgumentTypeError(f"{text} is not a positive number")
	return number


def main(argv: list[str]) -> int:
	parser = make_parser()
	own, _, rest = split_at_dashes(argv)
	chosen = parser.parse_args(own)
	if rest and chosen.command != "test":
		parser.error("only test takes arguments after --")
	try:
		with orderly_signals():
			return run(chosen, rest, parser)
	except Stop as reason:
		say(str(reason))
		return 1
	except KeyboardInterrupt:
		say("\nStopped.")
		return 130


def split_at_dashes(argv: list[str]) -> tuple[list[str], str, list[str]]:
	if "--" not in argv:
		return argv, "", []
	place = argv.index("--")
	return argv[:place], "--", argv[place + 1 :]


def run(chosen, rest: list[str], parser) -> int:
	"""Each room is imported when it is asked for: help must not depend on any of them."""
	if chosen.command == "demo":
		from development import demo

		return demo.main(port=chosen.port, as_json=chosen.json, serve=not chosen.no_serve, fresh=chosen.fresh)
	if chosen.command == "test":
		from development import testing

		return testing.main(chosen.suite, rest)
	if chosen.command == "measure":
		from development import measure

		return measure.main(as_json=chosen.json, growth=chosen.growth)
	if chosen.command == "preview":
		from development import environment

		return environment.run_preview(["--port", str(chosen.port)] if chosen.port else [])
	parser.print_help(sys.stdout)
	return 0

"""``./portal measure``: our pages against ERPNext's own on one site, and the budgets they are held to."""

import json
from dataclasses import asdict, dataclass

from development import debian
from development.bench import link_app, require_bench
from development.console import format_table, say, step
from development.environment import require_test_packages
from development.running import running_services
from development.site import Site
from development.snapshots import ensure_site

SITE = "portal-measure.localhost"
GROWN_SITE = "portal-measure-grown.localhost"
SMALL = 1_000
BYTES = 45 * 1024
PINGS = 5
ACCEPTING = 1_000


@dataclass
class Row:
	"""One line of the table. ``kept`` is None where nothing is promised."""

	job: str
	erpnext: str
	ours: str
	budget: str = ""
	kept: bool | None = None


def main(*, as_json: bool, growth: int) -> int:
	bench = require_bench()
	debian.require_packages(debian.SERVICES, debian.DOCUMENTS)
	require_test_packages(bench)
	link_app(bench)
	with running_services(bench) as services:
		site, grown = (ensure_site(bench, services, name, fresh=True) for name in (SITE, GROWN_SITE))
		figures = measure(site, grown, growth)
		grown.drop()
		site.drop()
	rows = judge(figures, growth)
	if as_json:
		print(json.dumps({"figures": figures, "rows": [asdict(row) for row in rows]}))
	else:
		print_table(rows)
	return 0 if all(row.kept is not False for row in rows) else 1


def measure(site: Site, grown: Site, growth: int) -> dict:
	for each in (site, grown):
		with step(f"Preparing {each.name}") as report:
			each.inside("measured", "prepare", report=report)
	with step(f"Growing a site to {growth:,} invoices") as report:
		grown.inside("measured", "grow", str(max(growth - SMALL, 1)), report=report)
	figures = {}
	with step("Measuring both sites in turn"):
		figures["growth"] = json.loads(site.inside("measured", "measure_growth", grown.name))
	with step("Measuring our pages and ERPNext's in turn"):
		figures["pages"] = json.loads(site.inside("measured", "measure_own_and_erpnext"))
	with step("Measuring what accepting a quotation takes"):
		figures["accepting"] = json.loads(site.inside("measured", "measure_accepting"))
	with step("Making a ledger of 10,000 rows"):
		site.inside("measured", "make_ledger")
	with step("Measuring the statement and ERPNext's reports in turn"):
		figures["statement"] = json.loads(site.inside("measured", "measure_statement"))
	return figures


def judge(figures: dict, growth: int) -> list[Row]:
	pages, ping = figures["pages"], figures["pages"]["ping"]["erpnext"]["ms"]
	rows = [Row("ping of Frappe: server time", f"{ping:.1f} ms", "")]
	rows += judge_page("list of 20 invoices", pages["list of 20 invoices"], ping, statements=12, times=10)
	rows += judge_page("list of 100 invoices", pages["list of 100 invoices"], None, statements=12)
	rows += judge_page("one invoice", pages["one invoice"], ping, statements=15, times=8)
	rows += judge_page("dashboard", pages["dashboard"], None)
	rows.append(judge_first_visit(**pages["first visit"]))
	rows.append(judge_accepting(**figures["accepting"]))
	rows += judge_statement(figures["statement"])
	rows += [judge_growth(page, *times, growth) for page, times in figures["growth"].items()]
	return rows


def judge_page(
	job: str, page: dict, ping: float | None, statements: int | None = None, times: float | None = None
):
	ours, theirs = page["ours"], page.get("erpnext")
	count = Row(
		f"{job}: SQL statements", str(theirs["statements"]) if theirs else "", str(ours["statements"])
	)
	if statements:
		count.budget, count.kept = f"at most {statements}", ours["statements"] <= statements
	time = Row(f"{job}: server time", f"{theirs['ms']:.0f} ms" if theirs else "", f"{ours['ms']:.1f} ms")
	if ping and theirs and times:
		faster, pings = theirs["ms"] / ours["ms"], ours["ms"] / ping
		time.ours += f" ({faster:.1f} times less, {pings:.1f} pings)"
		time.budget = f"{times:.0f} times less, at most {PINGS} pings"
		time.kept = faster >= times and pings <= PINGS
	return [count, time]


def judge_first_visit(erpnext: dict, ours: dict) -> Row:
	total = {"erpnext": erpnext["html"] + erpnext["assets"], "ours": ours["html"] + ours["assets"]}
	return Row(
		"first visit, compressed: HTML + CSS + JS",
		f"{erpnext['html'] / 1024:.0f} + {erpnext['assets'] / 1024:.0f} KB",
		f"{ours['html'] / 1024:.1f} + {ours['assets'] / 1024:.1f} KB",
		f"at most {BYTES // 1024} KB in all",
		total["ours"] <= BYTES,
	)


def judge_accepting(ms: float, statements: int) -> Row:
	return Row(
		"accepting a quotation, signed, order submitted: server time",
		"not offered",
		f"{ms:.0f} ms ({statements} statements)",
		f"under {ACCEPTING:,} ms",
		ms < ACCEPTING,
	)


def judge_statement(statement: dict) -> list[Row]:
	times, memory, rows = statement["ms"], statement["megabytes"], f"{statement['rows']:,}"
	faster = times["erpnext"] / times["page"]
	return [
		Row(
			f"statement of {rows} ledger rows, page: server time",
			f"{times['erpnext']:.0f} ms",
			f"{times['page']:.0f} ms ({faster:.1f} times less)",
			"5 times less",
			faster >= 5,
		),
		Row(
			f"statement of {rows} ledger rows, every line as CSV: server time",
			f"{times['erpnext']:.0f} ms",
			f"{times['csv']:.0f} ms ({times['erpnext'] / times['csv']:.1f} times less)",
		),
		Row("the same: memory at its height", f"{memory['erpnext']:.1f} MB", f"{memory['csv']:.1f} MB"),
		Row(
			f"the same, a fifth of the lines and all {rows}: memory",
			"",
			f"{memory['csv of a fifth']:.1f} and {memory['csv']:.1f} MB",
			"flat: less than the rows' own growth",
			memory["csv"] <= 1.5 * memory["csv of a fifth"] + 1,
		),
	]


def judge_growth(page: str, small: float, large: float, growth: int) -> Row:
	return Row(
		f"{page}: {SMALL:,} invoices on the site, then {growth:,}",
		"",
		f"{small:.1f} ms, {large:.1f} ms ({large / small:.2f} times)",
		"at most 1.2 times",
		large <= 1.2 * small,
	)


def print_table(rows: list[Row]) -> None:
	verdict = {True: "kept", False: "MISSED", None: ""}
	cells = [[row.job, row.erpnext, row.ours, row.budget, verdict[row.kept]] for row in rows]
	print("\n" + format_table(cells, ["Job", "ERPNext 15", "Ours", "Budget", ""]))
	print(
		"\nServer time: medians, without network; pages of one comparison are asked in turn in one run.\n"
		"Statements: everything sent to MariaDB, with BEGIN, COMMIT and the visit's own trace after the answer.\n"
		"Compressed: gzip, level 6."
	)
	missed = sum(row.kept is False for row in rows)
	say(f"{missed} missed" if missed else "All budgets kept")

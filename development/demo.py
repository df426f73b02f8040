"""``./portal demo``: from a bench to a running portal in one command."""

import json

from development import debian, processes
from development.bench import link_app, require_bench
from development.console import Stop, format_table, say, step
from development.running import running_services
from development.serving import FIRST_PORT, WebServer, Worker
from development.site import Site
from development.snapshots import ensure_site, is_current, mark_current

SITE = "portal.localhost"


def main(*, port: int | None, as_json: bool, serve: bool, fresh: bool) -> int:
	bench = require_bench()
	debian.require_packages(debian.SERVICES, debian.DOCUMENTS)
	link_app(bench)
	with running_services(bench) as services:
		site = ensure_site(bench, services, SITE, fresh=fresh)
		if not is_current(site):
			with step("Bringing the demo site up to date with this checkout") as report:
				site.bench_command("--site", site.name, "migrate", report=report)
			mark_current(site)
		port = choose_port(site, port)
		demo = describe(site, port)
		if not serve:
			show(demo, as_json)
			return 0
		environment = site.environment
		web = WebServer(bench, SITE, port=port, workers=3, environment=environment)
		with web, Worker(bench, environment=environment):
			show(demo, as_json)
			say("\nServing. Ctrl-C stops the portal and what was started for it.")
			wait(web)
	return 0


def wait(web: WebServer) -> None:
	try:
		web.process.wait()
	except KeyboardInterrupt:
		say("\nStopping.")
		return
	raise Stop(f"The web server ended by itself; its log is {web.log}")


def choose_port(site: Site, wanted: int | None) -> int:
	"""The wanted port, else the one used last time if it is free, so that links already opened go on working."""
	first = wanted or site.config.get("portal_demo_port") or FIRST_PORT
	port = processes.find_port(first)
	if port != first:
		say(f"· Port {first} is in use: taking {port}")
	return port


def describe(site: Site, port: int) -> dict:
	"""What ``--json`` prints. Links begin with the site's ``host_name``, thus it is set to where we serve."""
	url = f"http://{site.name}:{port}"
	if site.config.get("host_name") != url:
		site.set_config(host_name=url, portal_demo_port=port)
	with step("Making one link for each demo customer"):
		demo = json.loads(site.inside("describe"))
	return {"site": site.name, "url": url, **{key: demo[key] for key in ("customers", "users", "staff")}}


def show(demo: dict, as_json: bool) -> None:
	print(json.dumps(demo) if as_json else format_demo(demo), flush=True)


def format_demo(demo: dict) -> str:
	links = [[each["customer"], each["link"]] for each in demo["customers"]]
	people = [[each["email"], each["password"], ", ".join(each["customers"])] for each in demo["users"]]
	people.append([demo["staff"]["email"], demo["staff"]["password"], f"staff: {demo['url']}/app"])
	return "\n".join(
		[
			f"\nThe portal of {demo['site']} is at {demo['url']}/portal\n",
			format_table(links, ["Customer", "Link to open"]),
			f"\nSign in at {demo['url']}/login\n",
			format_table(people, ["E-mail", "Password", "Sees"]),
		]
	)

"""``./portal``: its arguments, finding and linking the bench, what it prints."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from development import (
	bench,
	cli,
	console,
	debian,
	demo,
	environment,
	processes,
	services,
	snapshots,
	testing,
)
from development.site import Site

CHECKOUT = Path(__file__).resolve().parents[2]


def make_bench(folder: Path, apps=bench.REQUIRED_APPS) -> Path:
	(folder / "sites").mkdir(parents=True)
	(folder / "sites" / "apps.txt").write_text("frappe\nerpnext\npayments")
	(folder / "env" / "bin").mkdir(parents=True)
	(folder / "env" / "bin" / "python").symlink_to(sys.executable)
	for app in apps:
		(folder / "apps" / app).mkdir(parents=True)
	return folder


def test_no_arguments_show_help_on_a_bare_python():
	done = subprocess.run([sys.executable, "-S", CHECKOUT / "portal"], capture_output=True, text=True)
	assert done.returncode == 0
	assert all(command in done.stdout for command in ("demo", "test", "measure", "preview", "FRAPPE_BENCH"))


@pytest.mark.parametrize(
	"arguments",
	[
		["fly"],
		["demo", "--port", "0"],
		["demo", "--port", "99999"],
		["test", "moon"],
		["measure", "--growth", "-5"],
	],
)
def test_wrong_arguments_are_refused(arguments, capsys):
	with pytest.raises(SystemExit) as refusal:
		cli.main(arguments)
	assert refusal.value.code == 2
	assert "usage: ./portal" in capsys.readouterr().err


def test_what_follows_the_dashes_goes_to_pytest(monkeypatch):
	seen = []
	monkeypatch.setattr(testing, "main", lambda suite, arguments: seen.append((suite, arguments)) or 0)
	assert cli.main(["test", "unit", "--", "-k", "money", "-x"]) == 0
	assert seen == [("unit", ["-k", "money", "-x"])]


def test_the_bench_named_by_the_environment_comes_first(tmp_path):
	named = make_bench(tmp_path / "named")
	make_bench(tmp_path / "home" / "frappe-bench")
	found = bench.find_bench({"FRAPPE_BENCH": str(named)}, tmp_path / "checkout", tmp_path / "home")
	assert found.path == named


def test_the_bench_around_the_checkout_comes_before_the_one_at_home(tmp_path):
	around = make_bench(tmp_path / "around")
	make_bench(tmp_path / "home" / "frappe-bench")
	assert bench.find_bench({}, around / "apps" / bench.APP, tmp_path / "home").path == around


def test_a_checkout_linked_into_a_bench_is_reached_by_the_link(tmp_path):
	around = make_bench(tmp_path / "around")
	link = around / "apps" / bench.APP
	link.symlink_to(tmp_path)
	assert bench.find_bench({"PWD": str(link)}, tmp_path / "elsewhere", tmp_path / "home").path == around


def test_the_bench_at_home_is_the_last_resort(tmp_path):
	assert bench.find_bench({}, tmp_path / "checkout", tmp_path) is None
	home = make_bench(tmp_path / "frappe-bench")
	assert bench.find_bench({}, tmp_path / "checkout", tmp_path).path == home


def test_a_named_bench_that_is_none_is_said_in_one_line(tmp_path):
	with pytest.raises(console.Stop, match=r"^FRAPPE_BENCH is .+, which is no bench.+$"):
		bench.find_bench({"FRAPPE_BENCH": str(tmp_path)})


def test_missing_bench_points_to_the_installation_guide(monkeypatch):
	monkeypatch.setattr(bench, "find_bench", lambda: None)
	with pytest.raises(console.Stop, match=r"https://docs.frappe.io/framework/user/en/installation"):
		bench.require_bench()


def test_missing_apps_are_named(tmp_path, monkeypatch):
	place = bench.Bench(make_bench(tmp_path / "b", apps=("frappe", "erpnext")))
	monkeypatch.setattr(bench, "find_bench", lambda: place)
	with pytest.raises(console.Stop, match="lacks payments: run `bench get-app payments"):
		bench.require_bench()


def test_the_link_moves_to_this_checkout_and_the_app_is_listed_once(tmp_path, monkeypatch):
	place = bench.Bench(make_bench(tmp_path / "b"))
	(tmp_path / "old").mkdir()
	link = place.path / "apps" / bench.APP
	link.symlink_to(tmp_path / "old")
	monkeypatch.setattr(bench, "install_app_package", lambda *arguments: None)
	for _ in range(2):
		bench.link_app(place)
	assert link.resolve() == CHECKOUT
	assert (place.sites / "apps.txt").read_text().split() == ["frappe", "erpnext", "payments", bench.APP]
	assert (place.sites / "assets" / bench.APP).resolve() == CHECKOUT / bench.APP / "public"


def test_another_copy_of_the_app_in_the_bench_is_left_alone(tmp_path):
	place = bench.Bench(make_bench(tmp_path / "b"))
	(place.path / "apps" / bench.APP).mkdir()
	with pytest.raises(console.Stop, match="is another copy of the app"):
		bench.link_app(place)


def test_json_holds_what_was_promised_and_nothing_else(capsys):
	shown = {
		"site": demo.SITE,
		"url": "http://portal.localhost:8000",
		"customers": [{"customer": "O'Neil & Sons", "link": "http://portal.localhost:8000/portal/a/x"}],
		"users": [{"email": "u@example.com", "password": "p", "customers": ["O'Neil & Sons"]}],
		"staff": {"email": "s@example.com", "password": "q"},
	}
	demo.show(shown, as_json=True)
	assert json.loads(capsys.readouterr().out) == shown
	demo.show(shown, as_json=False)
	assert "O'Neil & Sons  http://portal.localhost:8000/portal/a/x" in capsys.readouterr().out


def test_private_services_are_forced_by_the_environment(tmp_path, monkeypatch):
	place = bench.Bench(make_bench(tmp_path))
	(place.sites / "common_site_config.json").write_text('{"root_password": "known"}')
	monkeypatch.delenv("PORTAL_SERVICES", raising=False)
	monkeypatch.delenv("PORTAL_DB_ROOT_PASSWORD", raising=False)
	monkeypatch.setattr(services.Services, "answer", lambda self: True)
	monkeypatch.setattr(services.shutil, "which", lambda name: name)
	assert services.find_bench_services(place).root_password == "known"
	monkeypatch.setenv("PORTAL_SERVICES", "private")
	assert services.find_bench_services(place) is None


def test_a_database_whose_root_password_is_unknown_is_not_used(tmp_path, monkeypatch):
	monkeypatch.delenv("PORTAL_DB_ROOT_PASSWORD", raising=False)
	assert services.find_bench_services(bench.Bench(make_bench(tmp_path))) is None


def test_a_site_of_the_same_name_that_somebody_else_made_is_left_alone(tmp_path):
	place = bench.Bench(make_bench(tmp_path))
	folder = place.sites / demo.SITE
	folder.mkdir()
	(folder / "site_config.json").write_text('{"db_name": "theirs"}')
	with pytest.raises(console.Stop, match="is not a site that"):
		Site(place, None, demo.SITE).drop()
	assert folder.is_dir()


def test_the_snapshots_name_depends_on_each_part_and_where_it_ends():
	assert snapshots.digest([b"ab", b"c"]) != snapshots.digest([b"a", b"bc"])
	assert snapshots.digest([b"ab", b"c"]) == snapshots.digest([b"ab", b"c"])


def test_paths_among_pytests_arguments_replace_whole_suites():
	arguments = ["tests/unit/test_command.py", "-x"]
	assert testing.plan_runs("unit", arguments) == [("unit", arguments)]
	assert testing.plan_runs("unit", ["-k", "x"]) == [("unit", ["tests/unit", "-k", "x"])]


def test_what_needs_a_site_is_tested_side_by_side_and_what_takes_the_time_alone():
	titles = [title for title, _ in testing.plan_runs(None, [])]
	assert titles == ["unit", "look", "integration, security, browser", "performance"]
	((_, arguments),) = testing.plan_runs("browser", [])
	assert arguments == ["tests/browser", "-n", "2", "--dist", "loadfile"]
	((_, arguments),) = testing.plan_runs("browser", ["--pdb"])
	assert arguments == ["tests/browser", "--pdb"]
	assert testing.get_site_name(0) != testing.get_site_name(1)


def test_what_runs_beside_other_work_is_shown_and_counted_when_that_is_done(tmp_path, capfd):
	suite = tmp_path / "test_small.py"
	suite.write_text("def test_one():\n\tassert 1 == 1\n\n\ndef test_two():\n\tassert 1 == 2\n")
	runs = [("unit", [str(suite), "-q", "-p", "no:cacheprovider", f"--rootdir={tmp_path}"])]
	with testing.pytest_beside(Path(sys.executable), runs, tmp_path) as finish:
		assert "1 failed" not in capfd.readouterr().out
		assert finish() == [testing.Tally("unit", passed=1, failed=1, exit_code=1)]
	assert "1 failed, 1 passed" in capfd.readouterr().out


def test_what_runs_beside_other_work_ends_with_it(tmp_path):
	suite = tmp_path / "test_long.py"
	suite.write_text("def test_waiting():\n\timport signal\n\n\tsignal.pause()\n")
	runs = [("unit", [str(suite), "-p", "no:cacheprovider", f"--rootdir={tmp_path}"])]
	with pytest.raises(KeyboardInterrupt), testing.pytest_beside(Path(sys.executable), runs, tmp_path):
		raise KeyboardInterrupt
	assert not (tmp_path / "tests-unit.xml").exists()


def test_each_suite_of_one_run_is_counted_by_itself(tmp_path):
	results = tmp_path / "results.xml"
	results.write_text(
		"<testsuites><testsuite>"
		'<testcase classname="tests.integration.test_a" name="a"/>'
		'<testcase classname="tests.browser.test_b" name="b"><failure/></testcase>'
		'<testcase classname="tests.browser.test_b" name="c"><skipped/></testcase>'
		'<testcase classname="" name="tests.browser.broken"><error/></testcase>'
		"</testsuite></testsuites>"
	)
	assert testing.read_results(results, "integration, browser", 1) == [
		testing.Tally("integration", passed=1, failed=1, exit_code=1),
		testing.Tally("browser", failed=1, skipped=1),
	]


@pytest.mark.parametrize(
	("tallies", "code", "last"),
	[
		([testing.Tally("unit", passed=3)], 0, "3 passed, 0 failed"),
		([testing.Tally("unit", passed=3, failed=1, exit_code=1)], 1, "3 passed, 1 failed"),
		([testing.Tally("unit", exit_code=5)], 1, "0 passed, 0 failed"),
		([testing.Tally("unit", passed=2), testing.Tally("browser", exit_code=4)], 1, "2 passed, 0 failed"),
	],
)
def test_the_report_ends_with_the_total_and_the_right_exit_code(tallies, code, last, capsys):
	assert testing.report(tallies, []) == code
	assert capsys.readouterr().out.splitlines()[-1] == last


def test_what_was_not_run_is_said(capsys, monkeypatch):
	monkeypatch.setattr(bench, "find_bench", lambda: None)
	assert testing.report([testing.Tally("unit", passed=1)], ["integration", "browser"]) == 0
	printed = capsys.readouterr().out
	assert "Not run, because there is no bench: integration, browser." in printed
	assert bench.INSTALLATION_GUIDE in printed


def test_requirements_with_and_without_an_exact_version():
	text = "# why\nBabel==2.13.1\nJinja2~=3.1.2\nzxing_cpp==2.2.0 # QR\n"
	assert environment.read_requirements(text) == {"babel": "2.13.1", "jinja2": "", "zxing-cpp": "2.2.0"}


def test_columns_of_a_table_line_up_in_every_script():
	table = console.format_table([["上海明光", "a"], ["Aurora", "b"]], ["Customer", "Link"])
	assert table.splitlines() == ["Customer  Link", "────────  ────", "上海明光  a", "Aurora    b"]


def test_missing_packages_are_named_to_who_may_not_install_them(monkeypatch):
	monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
	with pytest.raises(
		console.Stop, match=r"Missing on this machine: no-such-package. Install with: sudo apt-get"
	):
		debian.require_packages({"no-such-package": "no-such-command"}, {"coreutils": "ls"})


def test_a_busy_port_is_passed_over():
	with processes.listen(23000) as busy:
		port = busy.getsockname()[1]
		assert processes.find_port(port) > port
	assert processes.find_port(port) == port


def test_a_server_that_does_not_start_shows_the_end_of_its_log(tmp_path):
	log = tmp_path / "server.log"
	process = processes.start([sys.executable, "-c", "raise SystemExit('no disk')"], log)
	with pytest.raises(console.Stop, match=r"(?s)The server did not start.+no disk"):
		processes.wait_until(lambda: False, process, log, "The server")


def test_stopping_a_server_ends_its_children_too(tmp_path):
	"""Both hold the pipe's writing end: it reads as closed when the last of them is gone."""
	reading, writing = os.pipe()
	program = (
		"import os, signal, subprocess, sys;"
		"subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'], close_fds=False);"
		f"os.write({writing}, b'x'); signal.pause()"
	)
	process = processes.start([sys.executable, "-c", program], tmp_path / "log", pass_fds=(writing,))
	os.close(writing)
	assert os.read(reading, 1) == b"x"
	processes.stop(process, patience=5)
	assert os.read(reading, 1) == b""


def test_sigterm_ends_the_command_as_ctrl_c_does():
	with pytest.raises(KeyboardInterrupt), processes.orderly_signals():
		os.kill(os.getpid(), signal.SIGTERM)
	assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL

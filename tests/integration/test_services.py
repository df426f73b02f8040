"""The private MariaDB and Redis, really started: shared by runs of the command, stopped by the last, nothing left over."""

import json

import pytest

from development import private_services, processes
from development.bench import Bench
from development.running import running_services


@pytest.fixture
def empty_bench(tmp_path, monkeypatch):
	monkeypatch.setenv("PORTAL_SERVICES", "private")
	(tmp_path / "sites").mkdir()
	return Bench(tmp_path)


def test_the_first_run_starts_them_and_the_last_stops_them(empty_bench):
	with running_services(empty_bench) as first:
		with running_services(empty_bench) as second:
			assert second == first
		assert first.answer(), "a run that ends must not stop what another one uses"
		assert first.sql("select @@character_set_server, @@collation_server").split() == [
			"utf8mb4",
			"utf8mb4_unicode_ci",
		]
		assert first.sql("select count(*) from mysql.global_priv where User = ''").strip() == "0"
	assert not first.answer()
	assert not any(map(private_services.is_ours, first.pids))
	assert not (empty_bench.state / "services" / "state.json").exists()


def test_what_a_crashed_run_left_behind_is_used_again_and_then_stopped(empty_bench):
	home = empty_bench.state / "services"
	home.mkdir(parents=True)
	left_over = private_services.start(home, None)
	with running_services(empty_bench) as services:
		assert services == left_over
		services.sql("create database kept")
	assert not any(map(private_services.is_ours, left_over.pids))
	with running_services(empty_bench) as again:
		assert "kept" in again.sql("show databases").split()


def test_the_root_password_is_kept_from_other_users(empty_bench):
	with running_services(empty_bench) as services:
		home = empty_bench.state / "services"
		for secret in (home / "mysql-root", home / "state.json"):
			assert services.root_password in secret.read_text()
			assert secret.stat().st_mode & 0o077 == 0
		assert json.loads((home / "state.json").read_text())["port"] == services.port
		assert processes.answers("127.0.0.1", services.port)
		assert services.sql("select 1", check=False).strip() == "1"
		stranger = type(services)(**{**vars(services), "root_password": "wrong"})
		assert stranger.sql("select 1", check=False) == ""

"""``python -m development.preview [--port N]``: every page and state with sample data, without a bench."""

import argparse
import sys

from development.preview.server import make_server

DEFAULT_PORT = 8090


def main(argv: list[str] | None = None) -> int:
	parser = argparse.ArgumentParser(prog="./portal preview", description=__doc__)
	parser.add_argument(
		"--port", type=int, help=f"where to serve (default: {DEFAULT_PORT}, or the next free port)"
	)
	server = bind(parser.parse_args(argv).port)
	print(
		f"Every page and state, with sample data: http://localhost:{server.server_port}/  (Ctrl-C ends it)",
		flush=True,
	)
	try:
		server.serve_forever()
	except KeyboardInterrupt:
		pass
	finally:
		server.server_close()
	return 0


def bind(port: int | None):
	if port is not None:
		try:
			return make_server(port)
		except OSError as error:
			sys.exit(f"Port {port} cannot be used: {error.strerror}.")
	for candidate in (*range(DEFAULT_PORT, DEFAULT_PORT + 20), 0):
		try:
			return make_server(candidate)
		except OSError:
			continue
	sys.exit("No free port.")


if __name__ == "__main__":
	sys.exit(main())

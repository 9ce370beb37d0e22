"""Serves a model with llama.cpp's own HTTP server, for scripts/llama-server.mjs.

Usage: llama_server.py MODEL.gguf NAME SLOTS
Listens on a free loopback port, says so in one JSON line, and lives as long as its standard input
stays open: whoever started it closes that pipe by ending, however it ends, so no server outlives
its user.
"""

import json
import os
import sys

import xllamacpp


def threads() -> int:
    """Leaves a core to the client: llama.cpp's threads spin while they wait for each other."""
    return max(1, min(2, (os.cpu_count() or 1) - 1))


def parameters(model: str, name: str, slots: int) -> "xllamacpp.CommonParams":
    asked = xllamacpp.CommonParams()
    asked.model.path = model
    asked.model_alias = {name}
    asked.hostnames = ["127.0.0.1"]
    asked.port = 0
    asked.n_ctx = 2048 * slots
    asked.n_parallel = slots
    asked.endpoint_metrics = True
    asked.cpuparams.n_threads = threads()
    return asked


def main() -> None:
    # Kept in a name: the server stops when it is collected.
    server = xllamacpp.Server(parameters(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    print(json.dumps({"url": f"{server.listening_address}/v1"}), flush=True)
    sys.stdin.buffer.read()
    # The server's threads do not end on their own; nothing here is worth waiting for.
    os._exit(0)


if __name__ == "__main__":
    main()

"""A real S3-compatible server on loopback: OpenStack Swift with its `s3api`.

`python -m tests.s3.server FOLDER` starts one in the foreground (`make s3`); tests use `running`. It needs memcached and
a Python environment of its own with `swift` in it, which `make s3-install` makes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30
ROOT = Path(__file__).parents[2]
BIN = ROOT / ".s3" / "venv" / "bin"

STORAGE = """[DEFAULT]
devices = {folder}/devices
mount_check = false
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}
fallocate_reserve = 0
log_address = {folder}/log
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""

PROXY = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}
log_address = {folder}/log
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk
    s3api tempauth copy slo dlo versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{memcached}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
"""


@dataclass(frozen=True)
class Server:
    """Where a running server answers, and the credentials that it takes."""

    endpoint: str
    access_key: str = "test:tester"
    secret_key: str = "testing"
    region: str = "us-east-1"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the AWS libraries find the credentials."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": self.region,
        }


def missing() -> str | None:
    """What has to be installed before a server can start; None when all is there."""
    if not (BIN / "swift-proxy-server").exists():
        return "Swift is not installed: run `make s3-install`"
    if shutil.which("memcached") is None:
        return "memcached is not installed: apt-get install memcached liberasurecode1"
    return None


@contextlib.contextmanager
def running(folder: Path, port: int | None = None) -> Iterator[Server]:
    """Start a server that keeps everything below `folder`; its processes end with the block.

    Raises `RuntimeError` naming the log when it does not answer in time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ports = dict(zip(("account", "container", "object", "memcached", "proxy"), _free_ports(5), strict=True))
    ports["proxy"] = port or ports["proxy"]
    _configure(folder, ports)
    commands = [
        ["memcached", "-l", "127.0.0.1", "-p", str(ports["memcached"]), *(["-u", "root"] if os.getuid() == 0 else [])]
    ]
    commands += [
        [str(BIN / f"swift-{n}-server"), str(folder / f"{n}.conf")] for n in ("account", "container", "object", "proxy")
    ]
    with (folder / "server.log").open("wb") as log:
        processes = [subprocess.Popen(command, stdout=log, stderr=log) for command in commands]
        try:
            endpoint = f"http://127.0.0.1:{ports['proxy']}"
            _await(f"{endpoint}/healthcheck", folder / "server.log")
            yield Server(endpoint)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=20)


def create_bucket(server: Server, bucket: str) -> None:
    """Make a bucket, unless it is there."""
    client = _client(server)
    if bucket not in {found["Name"] for found in client.list_buckets()["Buckets"]}:
        client.create_bucket(Bucket=bucket)


def keys(server: Server, bucket: str) -> list[str]:
    """The names of all objects in a bucket."""
    pages = _client(server).get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [item["Key"] for page in pages for item in page.get("Contents", ())]


def _client(server: Server):  # type: ignore[no-untyped-def]
    import botocore.session

    return botocore.session.get_session().create_client(
        "s3",
        endpoint_url=server.endpoint,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        region_name=server.region,
    )


def _configure(folder: Path, ports: dict[str, int]) -> None:
    import getpass

    (folder / "devices" / "d1").mkdir(parents=True, exist_ok=True)
    (folder / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_prefix = rounds\nswift_hash_path_suffix = rounds\n"
        "[storage-policy:0]\nname = default\ndefault = yes\n"
    )
    named = {"folder": folder, "user": getpass.getuser()}
    for name in ("account", "container", "object"):
        (folder / f"{name}.conf").write_text(STORAGE.format(name=name, port=ports[name], **named))
        builder = folder / f"{name}.builder"
        builder.unlink(missing_ok=True)
        for words in (
            ["create", "8", "1", "1"],
            ["add", f"r1z1-127.0.0.1:{ports[name]}/d1", "1"],
            ["rebalance"],
        ):
            done = subprocess.run(
                [BIN / "swift-ring-builder", builder, *words], capture_output=True, text=True, check=False
            )
            if done.returncode > 1:  # 1 is a warning
                raise RuntimeError(f"swift-ring-builder {' '.join(words)}: {done.stdout}{done.stderr}")
    (folder / "proxy.conf").write_text(PROXY.format(port=ports["proxy"], memcached=ports["memcached"], **named))


def _await(url: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError),
            urllib.request.urlopen(url, timeout=2) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the S3 server did not answer in {START_SECONDS} s; see {log}:\n{log.read_text()[-2000:]}")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def main() -> None:
    """Run a server until interrupted and say how to reach it."""
    import argparse

    parser = argparse.ArgumentParser(description="A real S3-compatible server on loopback.")
    parser.add_argument("folder", type=Path, help="where it keeps its files")
    parser.add_argument("--port", type=int, default=8085)
    parser.add_argument("--bucket", default="rounds", help="made when it starts")
    arguments = parser.parse_args()
    if (what := missing()) is not None:
        raise SystemExit(what)
    with running(arguments.folder.resolve(), arguments.port) as server:
        create_bucket(server, arguments.bucket)
        print(f"S3 at {server.endpoint}, bucket {arguments.bucket}. In another terminal:\n")
        for name, value in server.environment.items():
            print(f"  export {name}={value}")
        print(f"  dvc remote add --force --default shared s3://{arguments.bucket}/rounds")
        print(
            f"  dvc remote modify shared endpointurl {server.endpoint}\n  dvc push --run-cache\n\nCtrl-C ends it.",
            flush=True,
        )
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main()

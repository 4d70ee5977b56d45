"""Tables in an object store: a local server that speaks S3, read by the real command and in this process."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from imbalance_audit import scan
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.records import Audit
from imbalance_audit.sources import ReadOptions, read
from imbalance_audit.sources.failures import redacted

moto = pytest.importorskip("moto.server")
boto3 = pytest.importorskip("boto3")
deltalake = pytest.importorskip("deltalake")

SECRET = "the-secret-of-this-test"  # noqa: S105 -- opens a store in this process
BUCKET = "s3://labels"


def parquet(**columns: list[Any]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


def arrow(**columns: list[Any]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_ipc(buffer)
    return buffer.getvalue()


OBJECTS = {
    "d/train-00000-of-00002.parquet": parquet(label=["a", "b"], x=[1, 2]),
    "d/train-00001-of-00002.parquet": parquet(label=["a"], x=[3]),
    "d/test-00000-of-00001.parquet": parquet(label=["c"], x=[4]),
    "d/_SUCCESS": b"",
    "h/site=005/label=a%2Fb/p.parquet": parquet(x=[1, 2]),
    "h/site=010/label=__HIVE_DEFAULT_PARTITION__/p.parquet": parquet(x=[1]),
    "c/train.csv": b"label,x\n001,1\nNone,2\n",
    "c/val.csv": b"label,x\n001,1\n",
    "j/train.jsonl": b'{"label": "a"}\n{"label": "b"}\n',
    "odd/a [b] c.csv": b"label,x\na,1\n",
    "arrow/labels.arrow": arrow(label=["a", "b"]),
    "bad/cut.parquet": parquet(label=["a"])[:-9],
    "bad/text.parquet": b"label\na\n",
    "bad/empty.csv": b"",
    "bad/labels.xyz": b"?",
    "mixed/a.parquet": parquet(label=["a"]),
    "mixed/b.parquet": parquet(label=[1]),
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Return the address of a store that holds `OBJECTS` and a Delta table with deleted rows."""
    thread = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    thread.start()
    host, port = thread.get_host_and_port()
    yield f"http://{host}:{port}"
    thread.stop()


@pytest.fixture(scope="module")
def store(server: str, tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 -- boto3 has no stubs
    folder = tmp_path_factory.mktemp("lake")
    deltalake.write_deltalake(folder, pl.DataFrame({"label": ["a", "b", "b"]}))
    deltalake.DeltaTable(folder).delete("label = 'a'")
    client = boto3.client(
        "s3", endpoint_url=server, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key=SECRET
    )
    client.create_bucket(Bucket="labels")
    lake = {f"lake/t/{p.relative_to(folder).as_posix()}": p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    for key, body in {**OBJECTS, **lake}.items():
        client.put_object(Bucket="labels", Key=key, Body=body)
    return client


@pytest.fixture(autouse=True)
def credentials(server: str, store: object, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 -- is filled
    environment = {
        "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": server, "AWS_ALLOW_HTTP": "true",
    }  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def counted(audit: Audit) -> dict[tuple[str | None, str | None], int]:
    counts = audit.counts
    return dict(zip(zip(counts.split, counts.label, strict=True), counts.instances, strict=True))


SPLIT = {("train", "a"): 2, ("train", "b"): 1, ("test", "c"): 1}


@pytest.mark.parametrize("name", ["d/", "d", "d/*.parquet", "**/t*-of-*.parquet", "d/t[er]*.parquet"])
def test_several_files_take_their_split_from_their_names(name: str) -> None:
    audit = scan(f"{BUCKET}/{name}")

    assert counted(audit) == SPLIT
    assert (audit.source.path, audit.source.kind) == (f"{BUCKET}/{name}", "parquet")


def test_addresses_can_be_given_one_by_one_even_with_merged_slashes() -> None:
    files = [key for key in OBJECTS if key.startswith("d/") and key.endswith(".parquet")]

    assert counted(scan([Path(f"{BUCKET}/{file}") for file in files])) == SPLIT


@pytest.mark.parametrize("name", ["h/", "h/**/*.parquet", "h/*/*/p.parquet"])
def test_hive_keys_are_text(name: str) -> None:
    labels = read(f"{BUCKET}/{name}", ReadOptions(label=("label",), group="site"))

    assert sorted(labels.frame.select("label", "group").collect().rows(), key=repr) == [
        ("a/b", "005"), ("a/b", "005"), (None, "010"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("c/", "csv", {("train", "001"): 1, ("train", "None"): 1, ("val", "001"): 1}),
        ("c/val.csv", "csv", {(None, "001"): 1}),
        ("j/*.jsonl", "jsonl", {(None, "a"): 1, (None, "b"): 1}),
        ("arrow/labels.arrow", "arrow", {(None, "a"): 1, (None, "b"): 1}),
        ("odd/a [b] c.csv", "csv", {(None, "a"): 1}),
        ("lake/t", "delta", {(None, "b"): 2}),
        ("lake/t/", "delta", {(None, "b"): 2}),
    ],
)
def test_every_format_is_read(name: str, kind: str, expected: dict[tuple[str | None, str | None], int]) -> None:
    audit = scan(f"{BUCKET}/{name}")

    assert (counted(audit), audit.source.kind) == (expected, kind)


@pytest.mark.parametrize("name", ["lake/", "lake/t/*.parquet", "lake/**/*.parquet", "lake/*/*.parquet"])
def test_a_delta_table_is_not_read_file_by_file(name: str) -> None:
    with pytest.raises(SourceError, match=r"^t is a Delta table: .* Pass the table alone: s3://labels/lake/t\.$"):
        read(f"{BUCKET}/{name}")


def test_one_file_of_a_delta_table_is_refused_too(store: Any) -> None:  # noqa: ANN401 -- boto3 has no stubs
    keys = [one["Key"] for one in store.list_objects_v2(Bucket="labels", Prefix="lake/t/part")["Contents"]]

    with pytest.raises(SourceError, match="t is a Delta table"):
        read(f"{BUCKET}/{keys[0]}")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("s3://labels/nope.parquet", r"^nope\.parquet does not exist\."),
        ("s3://labels/nope/", r"^There is nothing below s3://labels/nope/\."),
        ("s3://labels/nope/*.parquet", r"^Nothing matches s3://labels/nope/\*\.parquet\."),
        ("s3://no-such-bucket/x.parquet", "lies in a bucket that does not exist"),
        ("s3://no-such-bucket/*", "lies in a bucket that does not exist"),
        ("s3://labels/bad/cut.parquet", r"^cut\.parquet cannot be read: "),
        ("s3://labels/bad/text.parquet", r"^text\.parquet cannot be read: "),
        ("s3://labels/bad/labels.xyz", r"is of no format that is read remotely\. Formats: parquet, csv, jsonl, arrow"),
        ("s3://labels/mixed/", r'Column "label" is String in a\.parquet and Int64 in b\.parquet'),
        ("s3://labels/d/t*", r'no column "species"'),
        ("s3://", "names no bucket and no host"),
        ("https://key:secret@", "^https:// names no bucket and no host"),
        ("ftp://host/x.csv", r"^ftp://host/x\.csv is an address of an unknown kind\. Known ones: s3://"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(name: str, words: str) -> None:
    options = ReadOptions(label=("species",)) if name.endswith("t*") else ReadOptions()

    with pytest.raises(SourceError, match=words) as caught:
        read(name, options)
    assert "\n" not in str(caught.value)


def test_a_file_of_no_bytes_is_empty() -> None:
    with pytest.raises(EmptySourceError, match=r"^empty\.csv is empty"):
        read(f"{BUCKET}/bad/empty.csv")


def audit(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-m", "imbalance_audit", *arguments],
        capture_output=True, text=True, cwd=cwd, env={**os.environ, **environment}, timeout=300, check=False,
    )  # fmt: skip


def test_the_command_writes_a_report_named_after_the_prefix_without_secrets(tmp_path: Path) -> None:
    done = audit("scan", f"{BUCKET}/d/*.parquet", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    folder = tmp_path / "reports" / "d"
    found = json.loads((folder / "audit.json").read_text())
    assert {(c["split"], c["label"]): c["instances"] for c in found["counts"]} == SPLIT
    assert found["source"]["path"] == "s3://labels/d/*.parquet"
    assert all(SECRET not in file.read_text() for file in folder.iterdir())


def test_several_addresses_on_the_command_line_keep_their_slashes(tmp_path: Path) -> None:
    done = audit("scan", f"{BUCKET}/c/train.csv", f"{BUCKET}/c/val.csv", "--json", "-", cwd=tmp_path)

    assert json.loads(done.stdout)["source"]["path"] == "s3://labels/c/train.csv, s3://labels/c/val.csv"


def test_a_signed_link_is_read_and_its_signature_is_told_nobody(tmp_path: Path, store: Any) -> None:  # noqa: ANN401 -- boto3 has no stubs
    link = store.generate_presigned_url("get_object", {"Bucket": "labels", "Key": "c/train.csv"})
    signature = re.search(r"Signature=([^&]+)", link)
    assert signature

    good = audit("scan", link, "--json", "-", cwd=tmp_path)
    bad = audit("scan", link.replace("train.csv", "gone.csv"), "--json", "-", cwd=tmp_path)

    assert json.loads(good.stdout)["source"]["path"].endswith("/labels/c/train.csv")
    assert (bad.returncode, bad.stderr) == (
        2,
        "audit: gone.csv does not exist. Check the address; a prefix ends in a slash.\n",
    )
    assert signature[1] not in good.stdout + good.stderr + bad.stderr


def test_wrong_credentials_are_one_sentence(tmp_path: Path, server: str) -> None:
    import urllib.request

    def check_after(actions: str) -> None:
        request = urllib.request.Request(  # noqa: S310 -- local
            f"{server}/moto-api/reset-auth", data=actions.encode(), headers={"Content-Type": "text/plain"}
        )
        urllib.request.urlopen(request).close()  # noqa: S310 -- local

    check_after("0")
    try:
        done = audit("scan", f"{BUCKET}/d/", cwd=tmp_path)
    finally:
        check_after("inf")

    assert done.returncode == 2
    assert done.stderr.startswith("audit: s3://labels/d/ may not be read with the credentials in use.")
    assert done.stderr.count("\n") == 1
    assert SECRET not in done.stderr


def test_a_store_that_is_not_there_is_told_soon(tmp_path: Path) -> None:
    done = audit("scan", f"{BUCKET}/d/", cwd=tmp_path, AWS_ENDPOINT_URL="http://127.0.0.1:1")

    expected = "audit: s3://labels/d/ cannot be reached. Check the address, the endpoint and the network.\n"
    assert (done.returncode, done.stderr) == (2, expected)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("s3://key:secret@bucket/part-?.csv", "s3://bucket/part-?.csv"),
        ("https://me:secret@host/a.csv?sig=secret", "https://host/a.csv"),
        ("https://host/a.csv?a=1&b=2#c", "https://host/a.csv"),
        (
            "abfss://container@account.dfs.core.windows.net/a.csv",
            "abfss://container@account.dfs.core.windows.net/a.csv",
        ),
    ],
)
def test_addresses_are_shown_without_secrets(address: str, shown: str) -> None:
    assert redacted(address) == shown

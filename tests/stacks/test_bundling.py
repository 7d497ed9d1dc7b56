"""Layers: what is in them, that Lambda would accept them, and that a broken one ends synth. What runs from them: test_built_bundle."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import Stack
from synthesis import new_app, stage_of

from stacks.parts import bundling
from stacks.parts.layer import PACKAGE, REQUIREMENTS, ROOT, Layers

HERE = f"{os.uname().machine}-manylinux_2_28"
"""The platform of this machine, as uv spells it."""


def test_our_package_is_bundled_with_byte_code_that_needs_no_check_and_names_files_as_on_lambda(tmp_path: Path) -> None:
    bundling.build_casewright(PACKAGE, tmp_path)
    sources = sorted((tmp_path / "python").rglob("*.py"))
    assert len(sources) > 40
    for source in sources:
        [compiled] = (source.parent / "__pycache__").glob(f"{source.stem}.*.pyc")
        # PEP 552: flag 0b01 says the file is checked by hash and not by time, 0b10 unset that it is not checked at all.
        assert compiled.read_bytes()[4:8] == b"\x01\x00\x00\x00", source
    assert b"/opt/python/casewright/decide.py" in next((tmp_path / "python/casewright/__pycache__").glob("decide.*.pyc")).read_bytes()


def test_nothing_but_sources_decides_the_name_of_a_layer(tmp_path: Path) -> None:
    source = tmp_path / "package"
    (source / "__pycache__").mkdir(parents=True)
    (source / "a.py").write_text("A = 1\n")
    before = bundling.fingerprint(source)
    (source / "__pycache__" / "a.pyc").write_bytes(b"x")
    (source / ".cache").mkdir()
    (source / ".cache" / "b").write_text("x")
    assert bundling.fingerprint(source) == before
    (source / "a.py").write_text("A = 2\n")
    assert bundling.fingerprint(source) != before
    assert bundling.fingerprint(source, platform="x86_64-manylinux2014") != bundling.fingerprint(source)


def test_a_source_that_is_no_python_ends_the_build(tmp_path: Path) -> None:
    (tmp_path / "casewright").mkdir()
    (tmp_path / "casewright" / "broken.py").write_text("def\n")
    with pytest.raises(bundling.BundlingError, match=r"layer casewright: some module under .* is no valid Python"):
        bundling.build_casewright(tmp_path, tmp_path / "out")


def test_a_layer_that_lambda_would_refuse_ends_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundling, "ROOM_BYTES", 1000)
    with pytest.raises(bundling.BundlingError, match=r"layer casewright: \d+ bytes unzipped; Lambda accepts 1000"):
        bundling.build_casewright(PACKAGE, tmp_path)


def test_a_pin_without_a_wheel_for_the_platform_ends_the_build(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(REQUIREMENTS.read_text().replace("msgspec==0.22.0", "msgspec==0.0.0"))
    with pytest.raises(bundling.BundlingError, match=r"(?s)layer runtime: .*msgspec"):
        bundling.build_runtime(requirements, tmp_path / "out")


@pytest.mark.parametrize("pins", ["requirements.txt", "layers/runtime/requirements.txt"])
def test_what_is_pinned_is_what_the_lock_says(pins: str) -> None:
    def pinned(path: Path) -> set[str]:
        return {line.split()[0] for line in path.read_text().splitlines() if "==" in line.partition(" ")[0]}

    found, locked = pinned(ROOT / pins), pinned(ROOT / "requirements.lock")
    assert len(found) >= 10
    assert found - locked == set()


def test_layers_are_for_the_runtime_and_processor_of_the_functions() -> None:
    stack = Stack(new_app(), "alone")
    layers = Layers(stack, "Layers", stage=stage_of())
    for version in layers.versions:
        assert [runtime.name for runtime in version.compatible_runtimes or ()] == [stage_of().runtime]


@pytest.mark.slow
def test_the_layers_for_lambda_hold_arm64_code_only_and_leave_room(tmp_path: Path) -> None:
    size = bundling.build_runtime(REQUIREMENTS, tmp_path) + bundling.build_casewright(PACKAGE, tmp_path)
    assert size < 40_000_000, "a larger layer is slower to start: say why here"
    libraries = list(tmp_path.rglob("*.so"))
    assert libraries, "msgspec has native code"
    # ELF header: e_machine 0xB7 is AArch64.
    assert {library.read_bytes()[18] for library in libraries} == {0xB7}
    assert {folder.name for folder in (tmp_path / "python/botocore/data").iterdir() if folder.is_dir()} == set(bundling.SERVICES)


@pytest.mark.slow
def test_botocore_in_the_bundle_can_make_the_clients_that_the_functions_use(tmp_path: Path) -> None:
    bundling.build_runtime(REQUIREMENTS, tmp_path, platform=HERE)
    program = (
        f"import sys; sys.path.append({str(tmp_path / 'python')!r})\n"
        "import boto3\n"
        "session = boto3.Session(aws_access_key_id='a', aws_secret_access_key='b', region_name='us-east-1')\n"
        f"made = [session.client(service) for service in {bundling.SERVICES!r}]\n"
        "assert all(client.meta.endpoint_url.startswith('https://') for client in made)\n"
        "assert hasattr(made[2], 'batch_update_case'), 'Lambda has an older botocore: the bundled one must win'\n"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_app_synthesises_without_the_cdk_cli_an_account_docker_or_another_node(tmp_path: Path) -> None:
    told = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_", "JSII_", "DOCKER_"))}
    environment = {**told, "PATH": str(Path(sys.executable).parent), "CDK_OUTDIR": str(tmp_path / "out")}
    done = subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "layer runtime: " in done.stderr
    assert len(list((tmp_path / "out").glob("casewright-main-*.template.json"))) == 5

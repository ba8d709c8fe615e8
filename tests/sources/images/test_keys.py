"""Key files, and images opened with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from agentaudit.errors import ConfigError
from agentaudit.image import Image, Trust
from agentaudit.sources.images import ImageSource, ReadOptions, open_images
from agentaudit.sources.images.keys import load
from tests.sources.images import signing
from tests.sources.images.signing import PRIVATE, cosigned, pem


def opened(reference: str, *keys: Path) -> Image:
    with open_images([ImageSource(reference, keys=keys)], ReadOptions(Path())) as found:
        return found.all()[0]


def test_an_image_that_cosign_signed(tmp_path: Path) -> None:
    reference = cosigned(tmp_path / "image", "p256")
    keys = signing.write(tmp_path, "p256")
    found = opened(reference, *keys).attestations
    assert [(a.trust, a.how[-4:]) for a in found] == [
        (Trust.SIGNED, ".sig"),
        (Trust.SIGNED, ".att"),
    ]
    for each in opened(reference).attestations:
        assert (each.trust, each.problem, each.signer) == (Trust.MATCHES, "", "")


def test_what_is_signed_comes_first(tmp_path: Path) -> None:
    reference = cosigned(tmp_path / "image", "p256", moved=True)
    found = opened(reference, *signing.write(tmp_path, "p256")).attestations
    assert [(a.trust, a.problem) for a in found] == [
        (Trust.SIGNED, ""),
        (Trust.PRESENT, "is about another image"),
    ]


def test_an_image_that_is_found_by_its_digest_has_the_keys_of_its_store(tmp_path: Path) -> None:
    reference = cosigned(tmp_path / "image", "p256")
    digest = opened(reference.replace(":one", ":two")).manifest
    source = ImageSource(reference, keys=tuple(signing.write(tmp_path, "p256")))
    with open_images([source], ReadOptions(Path())) as found:
        image = found.image(digest).content
    assert isinstance(image, Image)
    assert image.manifest == digest
    assert [each.trust for each in image.attestations] == [Trust.SIGNED] * 2


def refused(file: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load([file])
    assert caught.value.where.endswith(file.name)
    assert caught.value.hint
    return caught.value


def _private() -> bytes:
    return PRIVATE["p256"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "holds no PEM text"),
        (b"\xff" * 100_000, "holds no PEM text"),
        (pem("p256") + pem("rsa"), "holds 2 PEM blocks"),
        (_private(), "holds a private key"),
        (b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "a certificate"),
        (b"-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n", "cannot be understood"),
        (b"-----BEGIN PUBLIC KEY-----\n", "cannot be understood"),
        (_public(ec.generate_private_key(ec.SECP521R1()).public_key()), "of no kind"),
        (_public(ec.generate_private_key(ec.SECP256K1()).public_key()), "of no kind"),
        (_public(rsa.generate_private_key(65537, 1024).public_key()), "of no kind"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_file_without_a_key(tmp_path: Path, data: bytes, why: str) -> None:
    file = tmp_path / "cosign.pub"
    file.write_bytes(data)
    assert why in str(refused(file))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    assert "no such file" in str(refused(tmp_path / "lost.pub"))
    assert "no regular file" in str(refused(tmp_path))
    (tmp_path / "loop.pub").symlink_to("loop.pub")
    assert "cannot be read" in str(refused(tmp_path / "loop.pub"))


def test_without_the_extra_the_way_to_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file,) = signing.write(tmp_path, "p256")
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.serialization", None)
    error = refused(file)
    assert "is not installed" in str(error)
    assert "pip install 'agentaudit-rubric[signatures]'" in error.hint
    assert load([]) == ()


def test_no_key_loads_nothing(tmp_path: Path) -> None:
    reference = cosigned(tmp_path / "image", "p256")
    (key,) = signing.write(tmp_path, "p256")
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from agentaudit.sources.images import ImageSource, ReadOptions, open_images\n"
        f"for keys in ((), (Path({str(key)!r}),)):\n"
        f"    source = ImageSource({reference!r}, keys=keys)\n"
        "    with open_images([source], ReadOptions(Path())) as found:\n"
        "        print(found.all()[0].attestations[0].trust, 'cryptography' in sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["matches", "False", "signed", "True"]

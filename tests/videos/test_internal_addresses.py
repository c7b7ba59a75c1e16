import pytest

from vidrec.videos.internal_addresses import is_internal, is_refused, places, typed

INTERNAL = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2001:db8::1",
    "2001::1", "localhost", "2130706433", "",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "142.250.1.1", "100.128.0.1", "2a00:1450:4001::1", "::ffff:8.8.8.8",
    "2002:808:808::", "64:ff9b::8.8.8.8",
]  # fmt: skip


@pytest.mark.parametrize("address", INTERNAL)
def test_internal(address: str) -> None:
    assert is_internal(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert not is_internal(address)


def test_only_the_place_that_is_allowed_may_be_internal() -> None:
    allowed = {("127.0.0.1", 8000)}
    assert not is_refused(("127.0.0.1", 8000), allowed)
    assert is_refused(("127.0.0.1", 8001), allowed)
    assert is_refused(("::1", 8000, 0, 0), allowed)
    assert not is_refused(("8.8.8.8", 443), allowed)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://127.0.0.1/a", ("127.0.0.1", 80)),
        ("https://10.1.2.3/a", ("10.1.2.3", 443)),
        ("http://[::1]:8000/", ("::1", 8000)),
    ],
)
def test_an_address_is_typed(url: str, place: tuple[str, int]) -> None:
    assert typed(url) == {place}


def test_localhost_is_typed_too() -> None:
    assert ("127.0.0.1", 8000) in typed("http://LOCALHOST:8000/")


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "nowhere.invalid"])
def test_what_does_not_look_like_an_address_is_not_typed(host: str) -> None:
    assert typed(f"http://{host}/") == frozenset()


def test_a_place_that_nobody_knows() -> None:
    assert places("http://nowhere.invalid/") == []
    assert places("http://" + "x" * 70 + ".com/") == []
    assert places("socks5://127.0.0.1") == [("127.0.0.1", 1080)]

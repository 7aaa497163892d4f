"""RabbitMQ over TLS: only a broker whose certificate holds, for its name, hears anything."""

from functools import partial
from urllib.parse import quote
from uuid import uuid4

import pika
import pytest

from pprg_embedded.ports import free_port
from pprg_shared.bus import BusDown, Message
from pprg_shared.rabbit import RabbitBus
from rabbitmq import from_programs
from sources import first_of
from waiting import eventually

pytestmark = pytest.mark.broker
CONFIGURATION = """\
listeners.ssl.1 = 127.0.0.1:{port}
ssl_options.certfile = {path}
ssl_options.keyfile = {path}
ssl_options.verify = verify_none
"""


@pytest.fixture(scope="module")
def secure(request, certificate):
    """A broker with a certificate for 127.0.0.1, and its address for TLS."""
    port = free_port()
    more = CONFIGURATION.format(port=port, path=certificate.path)
    with first_of(request.config, "RabbitMQ", [partial(from_programs, more)]) as broker:
        yield broker, f"amqps://tests:{broker.password}@127.0.0.1:{port}/"


def publish(url, ca):
    """What comes of publishing one message, and what the bus then says of itself."""
    bus = RabbitBus(url, f"tls{uuid4().hex[:8]}", ca)
    message = Message(uuid4(), "nobody.hears.v1", b"{}", None)
    try:
        try:
            return bus.publish([message]), bus.problem()
        except BusDown as error:
            return set(), str(error)
    finally:
        bus.close()


def test_a_broker_that_proves_who_it_is_is_spoken_with_both_ways(secure, certificate):
    _, url = secure
    name, heard = f"tls{uuid4().hex[:8]}", []
    bus = RabbitBus(url, name, certificate.path)

    def keep(bodies):
        heard.extend(bodies)
        return [True] * len(bodies)

    try:
        bus.listen(name, [f"{name}.said"], keep)
        eventually(bus.connected)
        message = Message(uuid4(), f"{name}.said.v1", b'{"large": "' + b"x" * 200_000 + b'"}', None)
        assert bus.publish([message]) == {message.id}
        eventually(lambda: heard == [message.body])
    finally:
        bus.close()
        with pika.BlockingConnection(pika.URLParameters(secure[0].url)) as connection:
            for queue in (f"pprg.{name}", f"pprg.{name}.dead"):
                connection.channel().queue_delete(queue)


@pytest.mark.fault("F44")
@pytest.mark.asvs("12.3.2", "12.3.4")
def test_a_broker_for_which_nobody_vouches_hears_nothing(secure, certificate_of_another):
    published, words = publish(secure[1], certificate_of_another.path)

    assert published == set()
    assert "nobody whom we trust has issued its certificate: name the file with its issuer's in BROKER_CA" in words
    assert "tests:" not in words


@pytest.mark.fault("F44")
@pytest.mark.asvs("12.3.2")
def test_a_certificate_for_another_name_is_none(secure, certificate):
    published, words = publish(secure[1].replace("127.0.0.1", "localhost"), certificate.path)

    assert published == set()
    assert "its certificate is for another name: write into BROKER_URL the name that stands in it" in words


def test_what_the_address_says_of_trust_gives_way(secure, certificate, certificate_of_another):
    trusting = quote(str({"cafile": certificate.path}))

    published, words = publish(f"{secure[1]}?ssl_options={trusting}", certificate_of_another.path)

    assert (published, "nobody whom we trust" in words) == (set(), True)


def test_a_file_that_holds_no_certificates_is_refused(tmp_path):
    with pytest.raises(ValueError, match="BROKER_CA must be the path of a file of certificates"):
        RabbitBus("amqps://h/", "first", str(tmp_path / "nothing.pem"))

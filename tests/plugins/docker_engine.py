"""Services in containers of their own, when a Docker engine answers and has the image or can get it in a minute."""

import gc
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from docker.errors import APIError, DockerException, ImageNotFound
from requests import RequestException
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from pprg_embedded.ports import free_port
from sources import Missing

ANSWER_SECONDS = 15
PULL_SECONDS = 60


@contextmanager
def container(image: str, port: int, environment: Mapping[str, str], command: list[str] | None = None) -> Iterator[Any]:
    """A container (as the Docker SDK knows it) and the loopback port at which it listens; both gone afterwards."""
    _have(image)
    if not testcontainers_config.ryuk_disabled:
        try:
            _have(testcontainers_config.ryuk_image)
        except Missing:
            testcontainers_config.ryuk_disabled = True
    made = DockerContainer(image, docker_client_kw={"timeout": ANSWER_SECONDS}, env=dict(environment), command=command)
    host_port = free_port()
    made.ports[f"{port}/tcp"] = ("127.0.0.1", host_port)
    with made:
        yield made.get_wrapped_container(), host_port


def _engine() -> DockerClient:
    """The engine, if one answers."""
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        try:
            return DockerClient(timeout=ANSWER_SECONDS)
        except (DockerException, RequestException):
            pass
        gc.collect()  # the Docker SDK leaves a socket open that could not connect
    raise Missing("no Docker engine answers")


def _have(image: str) -> None:
    """See that the engine has the image; raises Missing with the reason."""
    engine = _engine()
    try:
        if engine.host() != "localhost":
            raise Missing("the Docker engine is on another machine")
        engine.client.images.get(image)
    except ImageNotFound:
        _pull(engine, image)
    finally:
        engine.client.close()


def _pull(engine: DockerClient, image: str) -> None:
    """Get an image, but not at the price of minutes."""
    end = time.monotonic() + PULL_SECONDS
    try:
        for step in engine.client.api.pull(image, stream=True, decode=True):
            if "error" in step:
                raise Missing(f"{image} cannot be pulled")
            if time.monotonic() > end:
                raise Missing(f"pulling {image} takes more than {PULL_SECONDS} s; pull it by hand")
    except (APIError, RequestException):
        raise Missing(f"the Docker engine has no {image} and cannot pull it") from None

"""Runs beside the product: sends half a request, has a process ended, sends the rest once no new request is taken."""

import json
import os
import signal
import socket
import sys
from pathlib import Path

ORIGIN = ("127.0.0.1", 8000)
referral, ended = sys.argv[1].encode(), f"{sys.argv[2]}\0run\0".encode()
head = f"POST /api/v1/referrals HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
Idempotency-Key: in-hand-{os.getpid()}\r\nContent-Length: {len(referral)}\r\n\r\n"
processes = [each for each in Path("/proc").iterdir() if each.name.isdecimal()]
first = min(int(each.name) for each in processes if (each / "cmdline").read_bytes().endswith(ended))


def still_answers():
    try:
        with socket.create_connection(ORIGIN, 1) as other:
            other.sendall(b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return bool(other.recv(1))
    except OSError:
        return False


with socket.create_connection(ORIGIN, 30) as link:
    link.sendall(head.encode() + referral[:50])
    os.kill(first, signal.SIGTERM)
    while still_answers():
        pass
    link.sendall(referral[50:])
    answer = b""
    while part := link.recv(65536):
        answer += part
status, _, body = answer.decode().partition("\r\n\r\n")
sys.stdout.write(f"{status.split()[1]} {json.loads(body)['reference']}\n")

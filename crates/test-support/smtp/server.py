# A mail server on loopback for one test, by aiosmtpd.
#
# server.py MODE [CERTIFICATE KEY]: MODE is `none`, `starttls` or `tls`. It wants the user `casemate` and the password
# "mail: 100% + secret" where the connection is protected, and takes letters from anybody where it is not.
#
# Prints {"port": …, "admin": …} on one line when it is ready. On the admin port, GET /letters answers with the letters
# that it took, POST /refuse with {"code": …, "times": …} has it refuse so many letters, GET /tries counts the letters that
# came, those that were refused included.
import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = b"casemate", b"mail: 100% + secret"

letters, refusals = [], {"code": 250, "times": 0}
tries = 0


class Handler:
    async def handle_DATA(self, server, session, envelope):
        global tries
        tries += 1
        if refusals["times"] > 0:
            refusals["times"] -= 1
            return f"{refusals['code']} Not now for {envelope.rcpt_tos[0]}"
        letters.append(
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "text": envelope.content.decode("utf-8"),
                "tls": session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None,
                "authenticated": bool(session.authenticated),
            }
        )
        return "250 Taken"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER, PASSWORD)
    return AuthResult(success=right, handled=False)


async def administer(reader, writer):
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next((int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")), 0)
    body = await reader.readexactly(length)
    answer = {}
    if head.startswith("GET /letters "):
        answer = letters
    elif head.startswith("GET /tries "):
        answer = tries
    elif head.startswith("POST /refuse "):
        refusals.update(json.loads(body))
    writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + json.dumps(answer).encode())
    await writer.drain()
    writer.close()


async def main(mode, files):
    context = None
    if mode != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
    starttls = mode == "starttls"

    def session():
        return SMTP(
            Handler(),
            hostname="mail.test",
            tls_context=context if starttls else None,
            require_starttls=starttls,
            authenticator=authenticate if context else None,
            auth_required=context is not None,
            auth_require_tls=starttls,
            loop=asyncio.get_running_loop(),
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    admin = await asyncio.start_server(administer, "127.0.0.1", 0)
    ports = {"port": server.sockets[0].getsockname()[1], "admin": admin.sockets[0].getsockname()[1]}
    print(json.dumps(ports), flush=True)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1], sys.argv[2:]))

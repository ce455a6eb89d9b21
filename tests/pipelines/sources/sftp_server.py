"""A small SFTP server over a folder, in this process: what a partner's server is to the inbox."""

import socket
import threading
from pathlib import Path

import paramiko

USER, PASSWORD = "svod", "opensesame"


class Door(paramiko.ServerInterface):
    """Lets one user in, by password."""

    def check_auth_password(self, username, password):
        return paramiko.AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username):
        return "password"


class Folder(paramiko.SFTPServerInterface):
    """Reading only. Every file that is opened is noted."""

    def __init__(self, server, root: Path, opened: list[str]):
        super().__init__(server)
        self.root, self.opened = root, opened

    def list_folder(self, path):
        return [paramiko.SFTPAttributes.from_stat(child.stat(), child.name) for child in (self.root / path.lstrip("/")).iterdir()]

    def stat(self, path):
        target = self.root / path.lstrip("/")
        return paramiko.SFTPAttributes.from_stat(target.stat()) if target.exists() else paramiko.SFTP_NO_SUCH_FILE

    lstat = stat

    def open(self, path, flags, attr):
        self.opened.append(path)
        handle = paramiko.SFTPHandle(flags)
        handle.readfile = (self.root / path.lstrip("/")).open("rb")
        return handle


class Server:
    """Listens on a free port of this machine until it is closed."""

    def __init__(self, root: Path):
        self.root, self.opened, self.transports = root, [], []
        self.key = paramiko.RSAKey.generate(2048)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Folder, self.root, self.opened)
            transport.start_server(server=Door())
            self.transports.append(transport)

    def close(self) -> None:
        self.socket.close()
        for transport in self.transports:
            transport.close()

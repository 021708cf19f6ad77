"""Chromium without a window, spoken to over a pipe: what a test of a page needs of the DevTools protocol.

Nothing to install beside the browser: messages are JSON that ends in a zero byte, on file descriptors 3 and 4.
"""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--remote-debugging-pipe",
)
SECONDS = 30.0
KEYS = {"Tab": 9, "Enter": 13, "ArrowRight": 39}


@dataclass
class Tab:
    """One open page, and what it did: messages of its console, addresses that it asked for,
    and why some were refused."""

    process: subprocess.Popen[bytes]
    to_browser: int
    from_browser: int
    session: str = ""
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    loaded: bool = False
    _number: int = 0
    _buffer: bytes = b""

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask something of the page, and wait for the answer."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": params}
        if self.session:
            asked["sessionId"] = self.session
        os.write(self.to_browser, json.dumps(asked).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]

    def _message(self) -> dict[str, Any]:
        until = time.monotonic() + SECONDS
        while b"\0" not in self._buffer:
            if not select.select([self.from_browser], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError(f"Chromium must answer within {SECONDS:g} s, got nothing")
            read = os.read(self.from_browser, 1 << 20)
            if not read:
                raise RuntimeError("Chromium must stay open, but it went away")
            self._buffer += read
        text, _, self._buffer = self._buffer.partition(b"\0")
        message = json.loads(text)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Runtime.consoleAPICalled":
                self.console.append(str(params["args"]))
            case "Runtime.exceptionThrown":
                self.console.append(str(params["exceptionDetails"]))
            case "Log.entryAdded":
                self.console.append(f"{params['entry']['level']}: {params['entry']['text']}")
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Network.loadingFailed":
                self.refused.append(params.get("blockedReason", ""))
            case "Page.loadEventFired":
                self.loaded = True

    def open(self, page: Path) -> None:
        """Show a file, and wait until it is loaded."""
        self.loaded = False
        self.call("Page.navigate", url=page.resolve().as_uri())
        while not self.loaded:
            self._message()

    def value(self, expression: str) -> Any:
        """What a piece of JavaScript gives."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def screen(self, width: int, height: int, *, is_phone: bool = False) -> None:
        """The size of the screen, in CSS pixels."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=is_phone
        )

    def media(self, kind: str = "", scheme: str = "light") -> None:
        """Whether it is shown or printed, by day or by night; without motion, which a test would wait for."""
        wanted = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in wanted.items()]
        self.call("Emulation.setEmulatedMedia", media=kind, features=features)

    def press(self, key: str) -> None:
        """Press a key, and let go."""
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key])

    def picture(self, *, whole: bool = False) -> bytes:
        """What is to be seen, as PNG; the whole page, however long, if asked."""
        answer = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(answer["data"])

    def pdf(self) -> bytes:
        """The page on paper."""
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])


@contextlib.contextmanager
def chromium(folder: Path) -> Iterator[Tab]:
    """A fresh browser with one empty page; `folder` takes its profile."""
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("Chromium must be installed, got none")
    read_there, to_browser = os.pipe()
    from_browser, write_there = os.pipe()
    # a shell puts the ends of the pipes where the browser looks for them
    command = ["bash", "-c", f'exec "$0" "$@" 3<&{read_there} 4>&{write_there}', program, *FLAGS]
    process = subprocess.Popen(
        [*command, f"--user-data-dir={folder / 'profile'}", "about:blank"],
        pass_fds=(read_there, write_there),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(read_there)
    os.close(write_there)
    tab = Tab(process, to_browser, from_browser)
    try:
        target = tab.call("Target.createTarget", url="about:blank")["targetId"]
        tab.session = tab.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            tab.call(f"{domain}.enable")
        yield tab
        tab.session = ""
        tab.call("Browser.close")
    finally:
        os.close(to_browser)
        os.close(from_browser)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

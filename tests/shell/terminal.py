"""A terminal to type into and to read from: tmux, with a server of its own."""

import subprocess
import time
import uuid

PATIENCE = 8.0


class Terminal:
    """Runs a command in an empty environment but for the variables given."""

    def __init__(self, command, environment, folder, width=100, height=40):
        self.socket = f"aws-ecs-preflight-{uuid.uuid4().hex}"
        variables = [f"{name}={value}" for name, value in environment.items()]
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height),
                  "-c", str(folder), "env", "-i", *variables, *command)

    def tmux(self, *arguments):
        run = ["tmux", "-L", self.socket, *arguments]
        return subprocess.run(run, check=True, capture_output=True, text=True, timeout=PATIENCE).stdout

    def close(self):
        self.tmux("kill-server")

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def screen(self):
        """What stands on it, without the empty lines at the end."""
        return self.tmux("capture-pane", "-p").rstrip()

    def wait_until(self, is_there):
        """The screen as soon as it is as wanted, or as it was when patience ended."""
        end = time.monotonic() + PATIENCE
        while True:
            screen = self.screen()
            if is_there(screen) or time.monotonic() > end:
                return screen
            time.sleep(0.03)

"""Starts and stops virtual boards; needs nothing but Python's own library.

    runner.py start --state DIR --board ID --program FILE [--machine M --qemu PATH [--icount N] [--memory-size N]]
    runner.py start --state DIR --board ID --program FILE --node PATH --emulator FILE [--microphone WIRING]
    runner.py stop --state DIR

A running board leaves in its state folder: `state.json` {pid, pty, memory, link, sound, board, startTime}, `memory.bin`
(the memory it shares with the host, where `link` is true) and `log.txt` (what QEMU or the program wrote to its standard
error). Two boards run side by side in two state folders. With --emulator the board is a chip that Node emulates, with
nothing but its serial line and, as --microphone says, one that hears what is written to the file `sound`; without that
and --machine the program is one for this computer and opens its pty itself.
"""

import argparse
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
import tty

# The memory that a board shares with the host; QEMU wants all of its machine's in one file, which is sparse.
MEMORY_SIZE = 16 * 1024 * 1024


def command_line(pid):
    """Command line of a process, '' if there is none (also for a zombie)."""
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return file.read().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        if os.path.isdir("/proc/self"):
            return ""
    result = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
    return result.stdout.decode("utf-8", "replace").strip()


def qemu_value(text):
    """A comma in a value of a QEMU option is written twice."""
    return text.replace(",", ",,")


def is_ours(pid, memory):
    """Whether the process is the board of this state folder and not somebody else's under a reused id."""
    command = command_line(pid)
    return memory in command or qemu_value(memory) in command


def stop(folder):
    """Ends the board of a state folder, if one runs, and forgets it."""
    path = os.path.join(folder, "state.json")
    try:
        with open(path, encoding="utf-8") as file:
            state = json.load(file)
        pid, memory = int(state["pid"]), str(state["memory"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)):
        deadline = time.monotonic() + patience
        if pid > 1 and is_ours(pid, memory):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                break
        while is_ours(pid, memory) and time.monotonic() < deadline:
            time.sleep(0.01)
    os.remove(path)


def start_qemu(arguments, memory, log):
    """Starts QEMU in the background; returns (pid, pty)."""
    pid_file = os.path.join(arguments.state, "pid")
    if os.path.exists(pid_file):
        os.remove(pid_file)
    command = [
        arguments.qemu,
        "-M",
        arguments.machine + ",memory-backend=shared",
        "-object",
        "memory-backend-file,id=shared,size=%d,mem-path=%s,share=on" % (arguments.memory_size, qemu_value(memory)),
        # The emulated UART holds one byte, and each would wait for the emulator's two threads to take turns. A
        # multiplexer of one line reads 32 ahead. No byte is its escape character.
        "-chardev",
        "pty,id=uart0,mux=on",
        "-echr",
        "256",
        "-serial",
        "chardev:uart0",
        "-display",
        "none",
        "-monitor",
        "none",
        "-daemonize",
        "-pidfile",
        pid_file,
        "-kernel",
        arguments.program,
    ]
    if arguments.icount is not None:
        # With sleep=on an idle board waits in real time; what runs between two looks at the timer is counted
        # just as exactly as with sleep=off.
        command += ["-icount", "shift=%d,align=off,sleep=on" % arguments.icount]
    result = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, check=False, timeout=30
    )
    pty = re.search(r"redirected to (\S+)", result.stdout.decode("utf-8", "replace"))
    if result.returncode != 0 or pty is None:
        raise RuntimeError("the emulator ended with exit code %d" % result.returncode)
    with open(pid_file, encoding="utf-8") as file:
        return int(file.read()), pty.group(1)


def start_native(arguments, memory, log):
    """Starts a program of this computer in the background; returns (pid, pty)."""
    process = subprocess.Popen(
        [arguments.program, "--memory", memory],
        env=dict(os.environ, KWS_NATIVE_PTY="1", KWS_NATIVE_MEMORY=memory),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,
    )
    with open(os.path.join(arguments.state, "pid"), "w", encoding="utf-8") as file:
        file.write("%d\n" % process.pid)
    ready, _, _ = select.select([process.stdout], [], [], 10)
    line = process.stdout.readline().decode("utf-8", "replace") if ready else ""
    pty = re.match(r"pty (\S+)", line)
    if pty is None:
        process.kill()
        raise RuntimeError("the program did not open its serial port")
    return process.pid, pty.group(1)


def start_chip(arguments, memory, log):
    """Starts a chip that Node emulates in the background; returns (pid, pty)."""
    master, slave = os.openpty()
    try:
        tty.setraw(slave)
        os.set_blocking(master, False)
        process = subprocess.Popen(
            [arguments.node, arguments.emulator, arguments.program, memory]
            + ([arguments.microphone] if arguments.microphone else []),
            stdin=master,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
        with open(os.path.join(arguments.state, "pid"), "w", encoding="utf-8") as file:
            file.write("%d\n" % process.pid)
        ready, _, _ = select.select([process.stdout], [], [], 20)
        if not ready or process.stdout.readline() != b"ready\n":
            process.kill()
            raise RuntimeError("the emulator did not start the program")
        return process.pid, os.ttyname(slave)
    finally:
        os.close(master)
        os.close(slave)


def start(arguments):
    """Starts the board in place of the one that ran in the same state folder; returns the exit code."""
    os.makedirs(arguments.state, exist_ok=True)
    stop(arguments.state)
    memory = os.path.join(arguments.state, "memory.bin")
    # A new file: the old one's contents and whoever still has it open are none of this board's business.
    if os.path.exists(memory):
        os.remove(memory)
    # What is played is nobody else's business, either.
    with os.fdopen(os.open(memory, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.truncate(arguments.memory_size)
    log_path = os.path.join(arguments.state, "log.txt")
    with open(log_path, "wb") as log:
        try:
            starts = start_qemu if arguments.machine else start_chip if arguments.emulator else start_native
            pid, pty = starts(arguments, memory, log)
        except (OSError, RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
            log.flush()
            with open(log_path, encoding="utf-8", errors="replace") as text:
                sys.stderr.write("Error: the virtual board did not start: %s\n%s" % (error, text.read(4000)))
            return 1
    state = {
        "pid": pid,
        "pty": pty,
        "memory": memory,
        "link": arguments.emulator is None,
        "sound": os.path.join(arguments.state, "sound") if arguments.microphone else None,
        "board": arguments.board,
        "startTime": int(time.time() * 1000),
    }
    partial = os.path.join(arguments.state, "state.json.partial")
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(state, file)
    os.replace(partial, os.path.join(arguments.state, "state.json"))
    print("Virtual board runs on %s (process %d)" % (pty, pid))
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    starting = commands.add_parser("start")
    starting.add_argument("--state", required=True)
    starting.add_argument("--board", required=True)
    starting.add_argument("--program", required=True)
    starting.add_argument("--machine")
    starting.add_argument("--qemu", default="qemu-system-arm")
    starting.add_argument("--node", default="node")
    starting.add_argument("--emulator")
    starting.add_argument("--microphone")
    starting.add_argument("--icount", type=int)
    starting.add_argument("--memory-size", type=int, default=MEMORY_SIZE)
    stopping = commands.add_parser("stop")
    stopping.add_argument("--state", required=True)
    arguments = parser.parse_args()
    if arguments.command == "start":
        return start(arguments)
    stop(arguments.state)
    return 0


if __name__ == "__main__":
    sys.exit(main())

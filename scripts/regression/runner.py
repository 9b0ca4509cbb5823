"""Runs jobs on all cores and notes each result at once, so that an interrupted regression goes on later."""

import concurrent.futures
import json
import os
import re
import signal
import subprocess
import threading
import time

LOG_LIMIT = 1 << 20
# Of keeping what a failing seed left: its shortest run, log and waveform.
RERUN_TIMEOUT = 900


class State:
    """The results so far, one JSON object a line; a line that was cut off by a crash is dropped."""

    def __init__(self, folder):
        self.path = folder / "state.jsonl"
        self.results = {}
        self._lock = threading.Lock()
        if self.path.exists():
            text = self.path.read_text()
            for line in text.splitlines():
                try:
                    result = json.loads(line)
                except ValueError:
                    continue
                self.results[result["id"]] = result
            # What was cut off must not run into the next line.
            self.path.write_text("".join(json.dumps(result) + "\n" for result in self.results.values()))

    def note(self, result):
        with self._lock:
            self.results[result["id"]] = result
            with self.path.open("a") as file:
                file.write(json.dumps(result) + "\n")
                file.flush()
                os.fsync(file.fileno())


class Runner:
    """Runs jobs; failing ones leave their output in `folder`/logs."""

    def __init__(self, folder, report):
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.report = report
        self.stopping = threading.Event()
        self._running = set()
        self._lock = threading.Lock()

    def run(self, jobs, state, workers, deadline):
        """Runs what `jobs` yields, `workers` at a time, until it ends or time does."""
        source = iter(jobs)
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            waiting = set()
            try:
                while True:
                    while len(waiting) < workers and not self.over(deadline):
                        job = next(source, None)
                        if job is None:
                            break
                        waiting.add(pool.submit(self.one, job, state))
                    if not waiting:
                        return
                    done, waiting = concurrent.futures.wait(
                        waiting, return_when=concurrent.futures.FIRST_COMPLETED)
                    for future in done:
                        future.result()
            except BaseException:
                self.stop()
                raise

    def over(self, deadline):
        return self.stopping.is_set() or (deadline is not None and time.monotonic() >= deadline)

    def stop(self):
        """Ends what runs; it will be run again when the regression goes on."""
        self.stopping.set()
        with self._lock:
            for process in self._running:
                end(process)

    def one(self, job, state):
        begin = time.monotonic()
        status, reason, output = self.execute(job)
        if self.stopping.is_set():
            return
        result = {key: job.get(key) for key in ("id", "test", "suite", "seed", "reproduce")}
        result.update(status=status, reason=reason, seconds=round(time.monotonic() - begin, 3), log=None)
        if status != "passed":
            log = self.logs / (re.sub(r"[^A-Za-z0-9_.-]", "_", job["id"])[:150] + ".log")
            log.write_text(f"$ {job['reproduce']}\n{output}")
            result["log"] = str(log.relative_to(self.logs.parent))
            if status == "failed" and job.get("rerun"):
                self.keep(job, result, log.with_suffix(""))
        state.note(result)
        self.report(result)

    def keep(self, job, result, folder):
        """Runs a failing seed again with its waveform; the result then reproduces by its shortest run."""
        command = [part.replace("{out}", str(folder)) for part in job["rerun"]]
        status, reason, output = self.execute({**job, "command": command, "timeout": RERUN_TIMEOUT, "skip": [],
                                               "will_fail": False})
        if self.stopping.is_set():
            return
        found = re.search(r"^reproduce: (.*)$", output, re.MULTILINE)
        if status == "passed" and found:
            result.update(reproduce=found[1], kept=str(folder.relative_to(self.logs.parent)))
        else:
            result["reason"] += f"; no waveform was kept: {reason or 'it did not fail again'}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "rerun.log").write_text(output)

    def execute(self, job):
        """'passed', 'failed' or 'skipped', why, and what was printed."""
        environment = {**os.environ, **dict(item.split("=", 1) for item in job["environment"])}
        try:
            process = subprocess.Popen(job["command"], cwd=job["cwd"], env=environment, text=True, errors="replace",
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       start_new_session=True)
        except OSError as error:
            return "failed", f"does not start: {error}", str(error)
        with self._lock:
            self._running.add(process)
            if self.stopping.is_set():
                end(process)
        try:
            output, _ = process.communicate(timeout=job["timeout"])
        except subprocess.TimeoutExpired:
            end(process)
            output, _ = process.communicate()
            return "failed", f"took longer than {job['timeout']:g} s", output[-LOG_LIMIT:]
        finally:
            with self._lock:
                self._running.discard(process)
        output = output[-LOG_LIMIT:]
        if any(re.search(pattern, output) for pattern in job["skip"]):
            return "skipped", "skipped itself", output
        if (process.returncode != 0) != job["will_fail"]:
            code = process.returncode
            return "failed", f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}", output
        return "passed", "", output


def end(process):
    """Kills a process with all it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass

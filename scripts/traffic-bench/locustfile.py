"""The same streams by Locust: one greenlet a stream, no JSON decoded, first token and count kept.

FastHttpUser (geventhttpclient) and readline are the cheapest way Locust has to see each event when it comes.
"""

import os
import time

from locust import FastHttpUser, task

BODY = b'{"query":"x","user":"bench","response_mode":"streaming","inputs":{}}'
URL = os.environ["BENCH_URL"]


class Reader(FastHttpUser):
    host = URL

    @task
    def stream(self):
        began = time.perf_counter()
        first_token = None
        tokens = 0
        with self.client.post(
            URL, name="stream", data=BODY, headers={"Content-Type": "application/json"}, stream=True, catch_response=True
        ) as response:
            while event := response.stream.readline(b"\n\n"):
                if event.startswith(b'data: {"event":"message"') and b'"answer":""' not in event:
                    tokens += 1
                    if first_token is None:
                        first_token = time.perf_counter() - began
            if tokens == 0:
                response.failure("the stream brought no token")
            else:
                response.success()
        self.environment.events.request.fire(
            request_type="SSE", name="first token", response_time=(first_token or 0) * 1000, response_length=tokens, exception=None
        )

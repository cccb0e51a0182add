import { afterEach, expect, it, vi } from "vitest";
import { parseTokenRequest } from "../../shared/auth/token-request.ts";
import { requestOf } from "../unit/http/ask.ts";

afterEach(() => void vi.useRealTimers());

/** A byte now and then, without an end. */
async function* trickling() {
  for (;;) {
    yield Buffer.from("g");
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

it("a request for a token that is sent slowly holds its connection half a minute, however often a byte comes", async () => {
  vi.useFakeTimers();
  const request = requestOf({ method: "POST", target: "/token", stream: trickling() });
  let refused: unknown = "waits";
  void parseTokenRequest(request).catch((error: unknown) => {
    refused = error;
  });
  await vi.advanceTimersByTimeAsync(29_000);
  expect(refused).toBe("waits");
  await vi.advanceTimersByTimeAsync(1000);
  expect(refused).toMatchObject({ reason: "REQUEST_TIMEOUT", headers: { Connection: "close" } });
});

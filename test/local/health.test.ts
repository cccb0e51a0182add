import { describe, expect, it } from "vitest";
import { withHealth } from "../../local/health.ts";
import { registry } from "../support/registry.ts";
import { says, serving, stopServers } from "../support/serving.ts";

stopServers();

describe("GET /healthz", () => {
  const berth = registry();

  it("answers 200 while the stores answer", async () => {
    const answer = await berth.fetch("/healthz");
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 200,
      body: { status: "ok" },
    });
  });

  it("answers HEAD alike, for probes that only look at the status", async () => {
    const answer = await berth.fetch("/healthz", { method: "HEAD" });
    expect([answer.status, answer.headers.get("Content-Length"), await answer.text()]).toEqual([
      200,
      "15",
      "",
    ]);
  });

  it("takes no other method", async () => {
    const answer = await berth.fetch("/healthz", { method: "DELETE" });
    expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
  });

  it("answers 503 when a store does not, in the contract's form", async () => {
    const failing = withHealth(
      async () => says("other"),
      () => Promise.reject(new Error("disk")),
    );
    const { url } = await serving(failing);
    const answer = await fetch(`${url}/healthz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ errors: [{ code: "UNAVAILABLE" }] });
    expect(await (await fetch(`${url}/healthz/x`)).text()).toBe("other");
  });
});

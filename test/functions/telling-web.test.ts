import { expect, it } from "vitest";
import type { Telemetry } from "../../functions/telemetry/telemetry.ts";
import { telling } from "../../functions/web/telling.ts";
import { empty } from "../../shared/http/answers.ts";
import type { HttpRequest } from "../../shared/http/messages.ts";

const REQUEST: HttpRequest = {
  method: "HEAD",
  path: "/v2/a/manifests/1",
  query: "",
  header: () => undefined,
  body: (async function* () {})(),
};

it("a server of its own tells who has asked, and of who showed no name that they are anonymous", async () => {
  const told: unknown[] = [];
  const log = { info: (_: string, { caller }: { readonly caller: string }) => told.push(caller) };
  const telemetry = { log, count: () => {} } as unknown as Telemetry;
  await telling(telemetry, async (_, isBy) => {
    isBy({ name: "user:ada" });
    return empty(200, {});
  })(REQUEST);
  await telling(telemetry, async () => empty(200, {}))(REQUEST);
  expect(told).toEqual(["user:ada", "anonymous"]);
});

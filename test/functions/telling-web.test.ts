import { expect, it } from "vitest";
import type { Telemetry } from "../../functions/telemetry/telemetry.ts";
import { telling } from "../../functions/web/telling.ts";
import { empty } from "../../shared/http/answers.ts";
import { requestOf } from "../unit/http/ask.ts";

it("a server of its own tells who has asked, and of who showed no name that they are anonymous", async () => {
  const told: unknown[] = [];
  const look = requestOf({ method: "HEAD", target: "/v2/a/manifests/1" });
  const log = { info: (_: string, { caller }: { readonly caller: string }) => told.push(caller) };
  const telemetry = { log, count: () => {} } as unknown as Telemetry;
  await telling(telemetry, async (_, isBy) => {
    isBy({ name: "user:ada" });
    return empty(200, {});
  })(look);
  await telling(telemetry, async () => empty(200, {}))(look);
  expect(told).toEqual(["user:ada", "anonymous"]);
});

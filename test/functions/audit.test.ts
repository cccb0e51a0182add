import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { parsePolicy } from "../../shared/access/parse-policy.ts";
import { rightsOf } from "../../shared/access/rights-of.ts";
import { OPEN } from "../../shared/http/authority.ts";
import { pushImage } from "../spec/support/client.ts";
import { deploy } from "./support/deploy.ts";

const policy = parsePolicy("version: 1\nrules:\n  - { who: robot:ci, may: [pull, push], on: shop/** }\n");
const access = {
  caller: { name: "robot:ci" },
  rights: rightsOf(policy, { kind: "robot", name: "ci" }),
  isSettled: () => true,
};
const berth = deploy({ authority: { ...OPEN, authenticate: async () => ({ kind: "known", access }) } });
const by = { actor: "robot:ci", from: "192.0.2.1" };

let image: Awaited<ReturnType<typeof pushImage>>;
beforeAll(async () => {
  image = await pushImage(berth, "shop/api", "one", "v1");
});
afterEach(() => {
  berth.told.audited.length = 0;
});

describe("the audit of the functions", () => {
  it("tells who pushed what, from where", () => {
    const { digest } = image.manifest;
    expect(berth.told.audited).toEqual([
      { ...by, event: "push", repository: "shop/api", digest, tags: ["v1"], outcome: "done" },
    ]);
  });

  it("tells what was denied, where it changes something and where it reads", async () => {
    await berth.fetch("/v2/shop/api/manifests/v1", { method: "DELETE" });
    await berth.reader.fetch("/v2/hidden/manifests/v1");
    expect(berth.told.audited).toEqual([
      { ...by, event: "delete", repository: "shop/api", tags: ["v1"], outcome: "denied" },
      { ...by, event: "pull", repository: "hidden", outcome: "denied" },
    ]);
  });

  it("is lines of its own in the log, which no level drops", async () => {
    const program = `
      import { createLog } from "./functions/telemetry/log.ts";
      const log = createLog({ team: "a", logLevel: "error" });
      log.addContext({ awsRequestId: "invocation-1" });
      log.warn("dropped");
      log.audit(${JSON.stringify({ ...by, event: "catalog", outcome: "denied" })});`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--input-type=module",
      "--eval",
      program,
    ]);
    const lines = stdout.trim().split("\n");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "INFO",
      message: "audit",
      team: "a",
      function_request_id: "invocation-1",
      audit: { ...by, event: "catalog", outcome: "denied" },
    });
  });
});

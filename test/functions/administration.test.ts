import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAdministration } from "../../functions/compose/administration.ts";
import type { GatewayResult } from "../../functions/gateway/result.ts";

const POLICY = 'version: 1\nrules:\n  - { who: "user:ada", may: admin, on: "**" }\n';
const policyFile = join(tmpdir(), `berth-administered-${process.pid}.yaml`);
writeFileSync(policyFile, POLICY);

/** DynamoDB as far as it is asked here: an empty table, whose first read is answered when the test says so. */
const first = Promise.withResolvers<void>();
const asked: string[] = [];
const dynamo = createServer((request: IncomingMessage, response) => {
  const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
  asked.push(operation);
  request.resume();
  const answer = (): unknown => response.setHeader("Content-Type", "application/x-amz-json-1.0").end("{}");
  if (asked.length > 1) answer();
  else void first.promise.then(answer);
});
beforeAll(async () => {
  dynamo.listen(0, "127.0.0.1");
  await once(dynamo, "listening");
});
afterAll(() => void dynamo.close());

const environment = () => ({
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "ASIAEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "5ec7e7-key",
  AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(dynamo.address() as AddressInfo).port}`,
  BERTH_TABLE: "registry",
  BERTH_TEAM: "main",
  BERTH_LOG_LEVEL: "error",
  BERTH_TOKEN_KEYS: "none",
});

describe("an event that is neither the API's nor the wish for a first administrator", () => {
  it("makes nobody: the secret would be told to who did not ask for it, and never again", async () => {
    const handler = await openAdministration(environment(), policyFile);
    for (const event of [{}, { firstAdmin: false }, { recover: "No Name" }, { resetPolicy: "yes" }])
      await expect(handler(event, {} as Context)).rejects.toThrow('{"firstAdmin":true}');
    expect(asked).toEqual([]);
  });
});

describe("a change of the policy that came to no end in the time of its invocation", () => {
  it("does nothing any more when its environment is thawed: another administrator may have set one since", async () => {
    const handler = await openAdministration(environment(), policyFile);
    const endsAt = Date.now() + 1200;
    const context = { getRemainingTimeInMillis: () => endsAt - Date.now() } as Context;
    const answer = await handler(
      {
        rawPath: "/v2/_berth/policy",
        rawQueryString: "",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ policy: POLICY, force: true }),
        isBase64Encoded: false,
        requestContext: { http: { method: "PUT" } },
      },
      context,
    );
    expect((answer as GatewayResult).statusCode).toBe(503);
    first.resolve();
    await sleep(500);
    expect(asked).toEqual(["GetItem"]);
  });
});

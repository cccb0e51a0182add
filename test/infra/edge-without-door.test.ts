import { describe, expect, it } from "vitest";
import { loadEdgeFunction } from "../gateway/edge/edge-function.ts";
import { resourceOf, synthesize } from "./support/synth.ts";

describe("the edge without a door", () => {
  const without = synthesize({ settings: { door: "none" } });
  const { FunctionCode } = resourceOf(without, "AWS::CloudFront::Function").Properties;
  const run = loadEdgeFunction(String(FunctionCode), ["api"]);
  const ask = (length?: number) =>
    run({
      method: "PATCH",
      uri: "/v2/a/blobs/uploads/1f-2e",
      querystring: {},
      headers: {
        host: { value: "r" },
        ...(length !== undefined && { "content-length": { value: String(length) } }),
      },
      cookies: {},
    });

  it("refuses a body that is too large for the API before it comes, and names the limit and the setting", () => {
    const refused = ask(4_700_001);
    expect(refused).toMatchObject({ kind: "answered", status: 413 });
    const body: unknown = refused.kind === "answered" ? JSON.parse(refused.body) : undefined;
    expect(body).toMatchObject({
      errors: [
        {
          code: "SIZE_INVALID",
          message: expect.stringMatching(/no upload door.*4700000 bytes.*setting door/) as string,
          detail: { most: 4_700_000, length: 4_700_001 },
        },
      ],
    });
  });

  it("lets through what fits, and what says no length: that the API refuses in its own words", () => {
    for (const length of [0, 4_700_000, undefined]) {
      expect(ask(length)).toMatchObject({ kind: "passed" });
    }
  });
});

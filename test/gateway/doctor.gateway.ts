import { describe, expect, it } from "vitest";
import { CHECKS } from "../../local/doctor/checks.ts";
import type { Report } from "../../local/doctor/report.ts";
import { reportOn } from "../doctor/support/patient.ts";
import type { Switches } from "./http-api/switches.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";

const stack = stackUnderTest();

/** as many bytes as pass API Gateway and Lambda in one request */
const FITS = "4m";

async function reportBehind(switches: Partial<Switches>, largeSize = FITS): Promise<Report> {
  const { url } = await stack.serve(switches);
  return reportOn(url, { largeSize });
}

const NOBODY_IS_ASKED = CHECKS.map(({ id }) => id as string).filter((id) => /^(?:auth|token|aws)\./.test(id));

const idsOf = ({ checks }: Report, status: string): readonly string[] =>
  checks.filter((check) => check.status === status).map(({ id }) => id);

describe("berth doctor, pointed at the stack behind the gateway", { timeout: 120_000 }, () => {
  it("is green where bodies fit an invocation, also on the checks of the redirect", async () => {
    const report = await reportBehind({});
    expect(idsOf(report, "failed")).toEqual([]);
    expect(idsOf(report, "inapplicable")).toEqual(NOBODY_IS_ASKED);
    expect(report.outcome).toBe("green");
  });

  it("is red on each whole body that is too large for an invocation, and only there", async () => {
    const report = await reportBehind({}, "16m");
    expect(idsOf(report, "failed")).toEqual(["large.put", "large.post", "large.patch", "large.stream"]);
  });

  it("is red where the gateway refuses bodies without a length", async () => {
    const report = await reportBehind({ chunked: "411" });
    expect(idsOf(report, "failed")).toEqual(["push.stream", "manifest.chunked", "large.stream"]);
  });

  it("is red on the lengths of HEAD where the gateway leaves them out", async () => {
    const report = await reportBehind({ headLength: "none" });
    expect(idsOf(report, "failed")).toEqual(["manifest.length", "blob.length"]);
  });
});

describe("berth doctor, pointed at a stack that redirects HEAD of blobs", { timeout: 120_000 }, () => {
  const redirecting = stackUnderTest({ variables: { BERTH_HEAD_BLOB: "redirect" } });

  it("is green where the gateway computes the lengths of HEAD from bodies", async () => {
    const { url } = await redirecting.serve({ headLength: "body" });
    const report = await reportOn(url, { largeSize: FITS });
    expect(idsOf(report, "failed")).toEqual([]);
  });
});

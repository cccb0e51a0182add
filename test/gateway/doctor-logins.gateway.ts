import { afterEach, describe, expect, it } from "vitest";
import { CHECKS } from "../../local/doctor/checks.ts";
import type { Report } from "../../local/doctor/report.ts";
import { atHand } from "../doctor/breakages/logins.ts";
import { reportOn } from "../doctor/support/patient.ts";
import { ROLE } from "../identities/support/aws.ts";
import type { JsonAnswer } from "./rights/json-service.ts";
import { failure } from "./rights/json-service.ts";
import type { KmsKeys } from "./rights/kms.ts";
import { guardedEdge } from "./support/guarded-edge.ts";

/** `berth doctor` at a stack that knows callers: KMS signs, each function verifies, STS says whose AWS credentials are. */

/** What becomes of signatures at KMS. */
let trouble: (answer: JsonAnswer) => JsonAnswer = (answer) => answer;
const kms = (right: KmsKeys): KmsKeys => ({
  ...right,
  asked: (request) => {
    const asked = right.asked(request);
    if (asked?.access.action !== "kms:Sign") return asked;
    return { ...asked, answer: async () => trouble(await asked.answer()) };
  },
});
afterEach(() => {
  trouble = (answer) => answer;
});

const edge = guardedEdge({ kms });
const LOGINS = /^(?:token|aws)\./;
const checks = CHECKS.filter(({ id }) => /^(?:base|auth|cleanup)\./.test(id) || LOGINS.test(id));

function examined(role = ROLE): Promise<Report> {
  const { person } = edge.registry();
  if (person.kind !== "login") throw new Error("a person logs in with a secret");
  const credentials = { kind: "password", name: person.name, secret: person.secret } as const;
  return reportOn(edge.client().url, { checks, credentials, aws: atHand(role) });
}
const findings = ({ checks: results }: Report) => results.filter(({ status }) => status === "failed");

describe("berth doctor, pointed at a stack with a policy", { timeout: 120_000 }, () => {
  it("finds every function in order: what KMS signed is taken, what was changed is not, and STS is asked", async () => {
    const asked = edge.vouchers().sts.reached.length;
    const report = await examined();
    expect(findings(report)).toEqual([]);
    expect(report.checks.map(({ status }) => status)).toEqual(checks.map(() => "passed"));
    expect(report.outcome).toBe("green");
    expect(report.checks).toContainEqual(
      expect.objectContaining({ id: "token.issue", note: expect.stringMatching(/^for user:ada, issued 20/) }),
    );
    expect(report.checks).toContainEqual(
      expect.objectContaining({
        id: "aws.login",
        note: expect.stringMatching(
          /^aws:arn:aws:iam::111122223333:role\/Deployer: may pull, push in team\//,
        ),
      }),
    );
    expect(edge.vouchers().sts.reached.length).toBe(asked + 1);
  });

  it("goes red where KMS signs with another key than everyone knows", async () => {
    trouble = ({ status, body }) => {
      const { Signature: right = "", ...rest } = JSON.parse(body) as Readonly<Record<string, string>>;
      const bytes = Buffer.from(right, "base64");
      const last = bytes.length - 1;
      bytes[last] = (bytes[last] ?? 0) ^ 1;
      return { status, body: JSON.stringify({ ...rest, Signature: bytes.toString("base64") }) };
    };
    expect(findings(await examined())).toEqual([
      expect.objectContaining({
        id: "token.accepted",
        problem: expect.stringMatching(/refuses the token: 401 \(invalid_token\)$/),
      }),
    ]);
  });

  it("goes red where KMS signs nothing", async () => {
    trouble = () => failure(400, "DisabledException");
    expect(findings(await examined())).toEqual([
      expect.objectContaining({
        id: "token.issue",
        problem: expect.stringMatching(/gives no token: it answers 503/),
        cure: expect.stringMatching(/kms:Sign on the newest key, which must be enabled/),
      }),
    ]);
  });

  it("goes red where STS says no, and says so in its words", async () => {
    expect(findings(await examined({ ...ROLE, secretAccessKey: "another secret" }))).toEqual([
      expect.objectContaining({
        id: "aws.login",
        problem: "STS refuses the AWS credentials at hand: 403 (SignatureDoesNotMatch)",
      }),
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { CHECKS } from "../../local/doctor/checks.ts";
import type { Report } from "../../local/doctor/report.ts";
import { ROLE } from "../identities/support/aws.ts";
import { createSts } from "../identities/support/sts.ts";
import { runBerth } from "../support/berth-process.ts";
import { atHand, LOGIN_BREAKAGES, RULES } from "./breakages/logins.ts";
import { DOCTOR } from "./support/guard.ts";
import { examined, reportOn, startPatient } from "./support/patient.ts";

const idsOf = ({ checks }: Report, status: string) =>
  checks.filter((result) => result.status === status).map(({ id }) => id);
const resultOf = ({ checks }: Report, id: string) => checks.find((result) => result.id === id);
/** What has to do with logins, and the end. */
const checks = CHECKS.filter(({ id }) => /^(?:base|auth|token|aws|cleanup)\./.test(id));
const LOGINS = CHECKS.map(({ id }) => id).filter((id) => /^(?:token|aws)\./.test(id));

describe("berth doctor proves tokens and AWS logins", () => {
  it("and is green where both are right", async () => {
    const sts = createSts([ROLE], Date.now);
    const patient = await startPatient({ guard: { rules: RULES, sts: sts.fetch } });
    const report = await reportOn(patient.url, { credentials: DOCTOR, aws: atHand(ROLE) });
    expect(idsOf(report, "failed")).toEqual([]);
    expect(idsOf(report, "passed")).toEqual(expect.arrayContaining(["auth.challenge", ...LOGINS]));
    expect(report.outcome).toBe("green");
    expect(resultOf(report, "token.issue")).toMatchObject({
      note: expect.stringMatching(/^for user:doctor, issued \d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    expect(resultOf(report, "aws.login")).toMatchObject({
      note: expect.stringMatching(
        /^aws:arn:aws:iam::111122223333:role\/Deployer: may pull, push in team\/doctor\/[0-9a-f]{12}$/,
      ),
    });
    expect(sts.asked).toHaveLength(1);
    await patient.stop();
  });

  it("of a stranger's token as well, where strangers may", async () => {
    const rules = "- { who: anonymous, may: [pull, push, delete], on: '**' }";
    const report = await examined({ guard: { rules } }, { checks });
    expect(idsOf(report, "failed")).toEqual([]);
    expect(resultOf(report, "token.issue")).toMatchObject({ note: expect.stringMatching(/^for anonymous,/) });
    expect(idsOf(report, "inapplicable")).toContain("aws.login");
  });

  it("and says that it left AWS out, where there are no credentials: nothing is wrong with that", async () => {
    const aws = { ...atHand(ROLE), login: async () => ({ kind: "none", why: "there are none" }) as const };
    const report = await examined({ guard: { rules: RULES } }, { credentials: DOCTOR, aws, checks });
    expect(resultOf(report, "aws.login")).toMatchObject({ status: "inapplicable", why: "there are none" });
    expect(report.outcome).toBe("green");
  });

  it.each([
    [
      "nothing",
      "",
      /: no rule of the policy lets them do anything here; .* who: \{ aws: "arn:aws:iam::1{4}2{4}3{4}:role\/Deployer" \}$/,
    ],
    [
      "elsewhere",
      '- { who: { aws: "arn:aws:iam::111122223333:role/Deployer" }, may: pull, on: shop/** }',
      /: may pull shop\/\*\*, and nothing in team\/doctor\//,
    ],
  ])("and says what the policy lets the AWS caller do: %s", async (_what, rule, note) => {
    const guard = { rules: `${DOCTORS_RULE}\n${rule}`, sts: createSts([ROLE], Date.now).fetch };
    const report = await examined({ guard }, { credentials: DOCTOR, aws: atHand(ROLE), checks });
    expect(resultOf(report, "aws.login")).toMatchObject({
      status: "passed",
      note: expect.stringMatching(note),
    });
    expect(report.outcome).toBe("green");
  });

  it("but can't with a login that is wrong, which is the doctor's trouble and no finding", async () => {
    const credentials = { ...DOCTOR, secret: "a wrong password" };
    const report = await examined({ guard: { rules: RULES } }, { credentials, aws: atHand(ROLE), checks });
    expect(idsOf(report, "failed")).toEqual([]);
    expect(idsOf(report, "blocked")).toEqual(expect.arrayContaining(LOGINS));
    expect(report.outcome).toBe("incomplete");
    expect(JSON.stringify(report)).not.toContain("a wrong password");
  });

  it("and does not look where nobody is asked: no credentials of AWS are touched", async () => {
    const aws = {
      ...atHand(ROLE),
      login: () => Promise.reject(new Error("nobody asked for these")),
    };
    const report = await examined({}, { aws, checks });
    expect(idsOf(report, "inapplicable")).toEqual(expect.arrayContaining(LOGINS));
  });
});

describe("berth doctor goes red on a login that is broken, and on that alone", () => {
  it.each(LOGIN_BREAKAGES)("$check: $by", async ({ check, problem, cure, run, ...patient }) => {
    const report = await examined(patient, { ...run, checks });
    expect(report.checks.filter((result) => result.status === "failed")).toEqual([
      expect.objectContaining({
        id: check,
        problem: expect.stringMatching(problem),
        cure: expect.stringMatching(cure),
      }),
    ]);
    expect(report.outcome).toBe("findings");
    expect(JSON.stringify(report)).not.toMatch(/eyJ|berth-aws-1|a right password|a secret of/);
  });
});

const DOCTORS_RULE = "- { who: user:doctor, may: [pull, push, delete], on: '**' }";

describe("the command takes the AWS credentials that docker-credential-berth would take", () => {
  const { accessKeyId, secretAccessKey, sessionToken } = ROLE;
  const WITHOUT = { HOME: "/nonexistent", AWS_EC2_METADATA_DISABLED: "true" };
  const WITH = {
    ...WITHOUT,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };

  it.each([
    [
      "from the environment",
      WITH,
      [],
      /^ok {3}aws\.login .*: aws:arn:aws:iam::111122223333:role\/Deployer: may/m,
    ],
    [
      "or says that there are none",
      WITHOUT,
      [],
      /^- {4}aws\.login .*: there are no AWS credentials \(.*set AWS_PROFILE/m,
    ],
    ["or leaves them alone", WITH, ["--no-aws"], /^- {4}aws\.login .*: it was left out with --no-aws$/m],
  ])("%s", { timeout: 120_000 }, async (_what, variables, flags, line) => {
    const patient = await startPatient({
      guard: { rules: RULES, sts: createSts([ROLE], Date.now).fetch },
    });
    const BERTH_CREDENTIALS = `${DOCTOR.name}:${DOCTOR.secret}`;
    const args = ["doctor", patient.url, "--large-size", "64k", ...flags];
    const { code, stdout, stderr } = await runBerth(args, { variables: { ...variables, BERTH_CREDENTIALS } });
    expect(stdout).toMatch(line);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toContain(secretAccessKey);
    await patient.stop();
  });
});

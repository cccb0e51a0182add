import { describe, expect, it } from "vitest";
import { ContextError, parseTeamSettings } from "../../infra/settings.ts";
import { readDeployment, readTeams } from "../../infra/teams.ts";

const context = (values: Readonly<Record<string, unknown>>) => (key: string) => values[key];
const names = (values: Readonly<Record<string, unknown>>) =>
  readTeams(context(values)).map(({ name }) => name);
/** The message that refuses it. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (cause) {
    if (cause instanceof ContextError) return cause.message;
    throw cause;
  }
  throw new Error("it was not refused");
}

describe("teams in the context", () => {
  it("each get a registry, with their settings", () => {
    const teams = readTeams(context({ teams: { main: {}, research: { logLevel: "debug" } } }));
    expect(teams.map(({ name, settings }) => [name, settings.logLevel])).toEqual([
      ["main", "info"],
      ["research", "debug"],
    ]);
  });

  it("are one with -c team=NAME", () => {
    expect(names({ teams: { main: {}, research: {} }, team: "research" })).toEqual(["research"]);
  });

  it("are refused when the one is not among them, and told which there are", () => {
    expect(refusal(() => names({ teams: { main: {}, research: {} }, team: "reserch" }))).toBe(
      'there is no team "reserch", but main, research: add it to teams in cdk.json',
    );
  });

  it.each([undefined, "main", ["main"], {}, null])("are refused when they are %j", (teams) => {
    expect(refusal(() => names({ teams }))).toContain("it takes an object");
  });

  it.each(["Main", "1st", "a--b", "a-", "-a", "a_b", "", "a".repeat(33)])("may not be called %j", (name) => {
    expect(refusal(() => names({ teams: { [name]: {} } }))).toContain("a name is a small letter, then");
  });

  it.each(["a", "team-7", "a".repeat(32)])("may be called %j", (name) => {
    expect(names({ teams: { [name]: {} } })).toEqual([name]);
  });
});

describe("what all stacks of a call have in common", () => {
  it("is closed and kept, unless it is said otherwise", () => {
    expect(readDeployment(context({}))).toEqual({ open: false, ephemeral: false });
    expect(readDeployment(context({ open: "true", ephemeral: "true" }))).toEqual({
      open: true,
      ephemeral: true,
    });
    expect(readDeployment(context({ open: true, ephemeral: "false" }))).toEqual({
      open: true,
      ephemeral: false,
    });
  });

  it.each(["", "yes", "TRUE", 1, null])(
    "is refused when open is %j: nothing is opened by a guess",
    (open) => {
      expect(refusal(() => readDeployment(context({ open })))).toContain("it takes true or false");
    },
  );
});

describe("teams on the command line", () => {
  it("are the JSON that cdk.json would have", () => {
    const teams = readTeams(context({ teams: '{"research":{"logLevel":"debug"}}' }));
    expect(teams.map(({ name, settings }) => [name, settings.logLevel])).toEqual([["research", "debug"]]);
  });

  it("are refused where they are no JSON", () => {
    expect(() => readTeams(context({ teams: "{research" }))).toThrow(
      'teams is "{research": it takes an object',
    );
  });
});

describe("the settings of a team", () => {
  const certificate = "arn:aws:acm:us-east-1:111122223333:certificate/1f-2e";
  const webAcl = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/registry/1f-2e";

  it("have defaults that cost nothing while idle", () => {
    expect(parseTeamSettings("main", {})).toEqual({
      logLevel: "info",
      headBody: "as-get",
      heads: "api",
      headBlob: "answer",
      uploadIdleHours: 24,
      requestsPerIdentity: 4000,
      requestsPerNetwork: 2000,
      throttleRate: 500,
      throttleBurst: 1000,
      sweep: "ENABLED",
      alarmAddress: "",
      logRetentionDays: 90,
      policy: undefined,
      tokenKeys: 1,
      door: "web-function",
      tracing: false,
      dashboard: false,
      customerKey: false,
      reservedConcurrency: {},
      edge: "on",
      edgeDomain: undefined,
      edgeCertificateArn: undefined,
      webAclArn: undefined,
      pulls: "bucket",
      pullsKeys: [],
      pullsDomain: undefined,
      pullsCertificateArn: undefined,
      existingTable: undefined,
      existingBucket: undefined,
      existingKey: undefined,
    });
  });

  it("are refused with every complaint at once: the name, what it got, what it takes", () => {
    expect(
      refusal(() => parseTeamSettings("main", { logLevel: "loud", uploadIdleHours: "24", colour: 1 })),
    ).toBe(
      [
        "the settings of team main are wrong:",
        `  there is no setting colour, but ${Object.keys(parseTeamSettings("main", {})).join(", ")}`,
        '  logLevel is "loud": it takes error, warn, info, debug',
        '  uploadIdleHours is "24": it takes a whole number from 1 to 504',
      ].join("\n"),
    );
  });

  it.each([
    ["logLevel", ["error", "warn", "info", "debug"], ["trace", "", 1, null]],
    ["headBody", ["as-get", "none"], ["always", true]],
    ["headBlob", ["answer", "redirect"], ["307", true]],
    ["uploadIdleHours", [1, 504], [0, 505, 1.5, "1"]],
    ["throttleRate", [1, 10_000], [0, 10_001, -1, 0.5]],
    ["throttleBurst", [1, 5000], [0, 5001, "5"]],
    ["sweep", ["ENABLED", "DISABLED"], ["enabled", false]],
    ["alarmAddress", ["", "ops@example.com"], ["ops", "ops@example", "a b@example.com", 5]],
    ["logRetentionDays", [1, 90, 3653], [0, 2, 9999, "90"]],
    ["tracing", [true, false], ["true", 1]],
    ["dashboard", [true, false], ["true", 1]],
    ["customerKey", [true, false], ["true", 1]],
    ["reservedConcurrency", [{}, { uploads: 5, base: 1 }], [{ upload: 5 }, { uploads: 0 }, 5, []]],
    ["edge", ["on", "off"], ["", true, "auto"]],
    ["webAclArn", [webAcl], ["", "registry", webAcl.replace("global", "regional")]],
    ["existingTable", ["berth-main-StorageTable-1"], ["", "a/b", 5]],
    ["existingBucket", ["berth-main-bucket"], ["", "Bucket", "a"]],
    ["existingKey", ["arn:aws:kms:eu-central-1:111122223333:key/1f-2e"], ["", "1f-2e", "alias/berth"]],
  ])("%s takes %j, and not %j", (name, good, bad) => {
    for (const value of good)
      expect(parseTeamSettings("main", { [name]: value })).toMatchObject({ [name]: value });
    for (const value of bad) {
      expect(refusal(() => parseTeamSettings("main", { [name]: value }))).toContain(
        `${name} is ${JSON.stringify(value)}: it takes`,
      );
    }
  });

  it("have a domain and its certificate, which is in us-east-1, together or not at all", () => {
    const named = { edgeDomain: "registry.example.com", edgeCertificateArn: certificate };
    expect(parseTeamSettings("main", named)).toMatchObject(named);
    for (const [name, value] of Object.entries(named))
      expect(refusal(() => parseTeamSettings("main", { [name]: value }))).toContain("set both, or none");
    const wrong = {
      edgeDomain: [
        "",
        "localhost",
        "https://a.example.com",
        "a.example.com/",
        "A.example.com",
        "-a.example.com",
      ],
      edgeCertificateArn: ["", "1f-2e", certificate.replace("us-east-1", "eu-central-1")],
    };
    for (const [name, values] of Object.entries(wrong))
      for (const value of values)
        expect(refusal(() => parseTeamSettings("main", { ...named, [name]: value }))).toContain(
          `${name} is ${JSON.stringify(value)}: it takes`,
        );
  });

  it("say nothing of an edge that is off", () => {
    const named = { edgeDomain: "registry.example.com", edgeCertificateArn: certificate, webAclArn: webAcl };
    expect(refusal(() => parseTeamSettings("main", { ...named, edge: "off" }))).toBe(
      [
        "the settings of team main are wrong:",
        ...Object.keys(named).map((name) => `  ${name} is of no use while edge is "off"`),
      ].join("\n"),
    );
  });
});

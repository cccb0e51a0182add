import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FUNCTION_NAMES } from "../../infra/functions.ts";
import { functionsOf, resourcesOf, synthesize, type Template } from "./support/synth.ts";

/** A registry whose team has a policy: callers are known by tokens. */

const policy = join(tmpdir(), `berth-policy-${process.pid}.yaml`);
const SECRET_RULE = "only-in-the-file";
writeFileSync(policy, `version: 1\nrules:\n  - { who: "user:${SECRET_RULE}", may: pull, on: "**" }\n`);
const template = synthesize({ settings: { policy, tokenKeys: 2, heads: "web-function" } });

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const IDENTITIES = ["PERSON#*", "ROBOT#*", "PEOPLE", "ROBOTS", "ACCESSKEY#*", "ACCESSKEYS", "POLICY"];

const functionOf = (name: string, from = template) => {
  const found = functionsOf(from).find(
    ({ Properties }) => Properties["Description"] === `Berth, team main: ${name}`,
  );
  if (!found) throw new Error(`the template has no function ${name}`);
  return found;
};
function statementsOf(name: string, from: Template = template): readonly Statement[] {
  const { "Fn::GetAtt": role } = functionOf(name, from).Properties["Role"] as {
    "Fn::GetAtt": [string, "Arn"];
  };
  const { Policies } = (from.Resources[role[0]]?.Properties ?? {}) as {
    Policies: readonly { PolicyDocument: { Statement: readonly Statement[] } }[];
  };
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}
const variablesOf = (name: string): Readonly<Record<string, unknown>> =>
  (functionOf(name).Properties["Environment"] as { Variables: Readonly<Record<string, unknown>> }).Variables;
const actionsOf = (name: string): readonly string[] =>
  statementsOf(name)
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action }) => [Action].flat());

const READERS = FUNCTION_NAMES.filter((name) => name !== "sweep");

describe("a team with a policy", () => {
  it("is refused together with open=true, and where the policy is wrong, with the policy's own complaints", () => {
    const both = { settings: { policy }, deployment: { open: true } };
    expect(() => synthesize(both)).toThrow("give one of them");
    const wrong = join(tmpdir(), `berth-wrong-policy-${process.pid}.yaml`);
    writeFileSync(wrong, 'version: 1\nrules:\n  - { who: anonymous, may: pul, on: "**" }\n');
    expect(() => synthesize({ settings: { policy: wrong } })).toThrow(/line 3: .*pul/);
    expect(() => synthesize({ settings: { policy: "/no/such/file" } })).toThrow("can't be read");
    expect(() => synthesize({ settings: { tokenKeys: 2 } })).toThrow(
      "tokenKeys is of no use without a policy",
    );
  });

  it("has routes that let in whoever comes, of which each leads to a function that asks for tokens", () => {
    const types = resourcesOf(template, "AWS::ApiGatewayV2::Route").map(
      ({ Properties }) => Properties["AuthorizationType"],
    );
    expect(new Set(types)).toEqual(new Set(["NONE"]));
    for (const name of [...READERS, "administration"]) {
      expect(JSON.stringify(variablesOf(name)["BERTH_TOKEN_KEYS"])).toContain("TokenKeysGeneration2");
      expect(variablesOf(name)["BERTH_TOKEN_FUNCTION"]).toBe("berth-main-token");
      expect(variablesOf(name)["BERTH_SERVICE"]).toEqual(variablesOf("token")["BERTH_SERVICE"]);
    }
  });

  it("has nothing of its policy in the template: a file beside the code of two functions holds it", () => {
    expect(JSON.stringify(template)).not.toContain(SECRET_RULE);
  });

  it("without one, is told that there are no keys, at a closed gateway", () => {
    const closed = synthesize();
    for (const { Properties } of functionsOf(closed)) {
      const { Variables } = Properties["Environment"] as { Variables: Readonly<Record<string, unknown>> };
      const isSweep = Properties["Description"] === "Berth, team main: sweep";
      expect(Variables["BERTH_TOKEN_KEYS"]).toBe(isSweep ? undefined : "none");
    }
    expect(resourcesOf(closed, "AWS::KMS::Key")).toEqual([]);
  });
});

describe("the keys of tokens", () => {
  it("are one of KMS for each generation, for signatures on P-256, and outlive the stack", () => {
    const keys = resourcesOf(template, "AWS::KMS::Key");
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(key).toMatchObject({
        DeletionPolicy: "Retain",
        Properties: { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" },
      });
    }
    const aliases = resourcesOf(template, "AWS::KMS::Alias").map(({ Properties }) => Properties["AliasName"]);
    expect(aliases).toEqual(["alias/berth-main-tokens-1", "alias/berth-main-tokens-2"]);
  });

  it("keep their names when a generation is added, so that none is replaced", () => {
    const names = (from: Template) =>
      Object.keys(from.Resources).filter((name) => name.startsWith("TokenKeysGeneration1"));
    expect(names(synthesize({ settings: { policy } }))).toEqual(names(template));
  });

  it("sign for the token function alone, the older as well: in a deployment it knows no newer one for a while", () => {
    const signing = [...FUNCTION_NAMES, "token", "administration"].filter((name) =>
      actionsOf(name).includes("kms:Sign"),
    );
    expect(signing).toEqual(["token"]);
    const [statement] = statementsOf("token").filter(({ Action }) => [Action].flat().includes("kms:Sign"));
    expect(JSON.stringify(statement?.Resource)).toContain("TokenKeysGeneration2");
    expect(JSON.stringify(statement?.Resource)).toContain("TokenKeysGeneration1");
  });

  it("sign with a new generation once every other function knows it", () => {
    const last = functionOf("token").DependsOn ?? [];
    for (const name of [...READERS, "administration"]) {
      expect(last).toContainEqual(expect.stringMatching(`^${name}Function`));
    }
  });
});

describe("what proves that a request came by the edge", () => {
  const [distribution] = resourcesOf(template, "AWS::CloudFront::Distribution");
  const proof = variablesOf("token")["BERTH_EDGE"];

  it("is shown by the edge to API and server of HEAD, and known to each function that knows callers", () => {
    expect(JSON.stringify(distribution).split(JSON.stringify(proof))).toHaveLength(3);
    for (const name of [...READERS, "administration"]) expect(variablesOf(name)["BERTH_EDGE"]).toEqual(proof);
  });

  it("is nothing that clients are told: the registry's name in tokens stands in each challenge", () => {
    expect(proof).toEqual({ Ref: expect.stringMatching(/^TokenKeysGeneration1/) });
    expect(JSON.stringify(variablesOf("token")["BERTH_SERVICE"])).not.toContain(JSON.stringify(proof));
    expect(JSON.stringify(template.Outputs)).not.toContain(JSON.stringify(proof));
  });
});

describe("requests of a caller", () => {
  const ofTable = (name: string, from = template) =>
    statementsOf(name, from).filter(
      ({ Effect, Action }) => Effect === "Allow" && [Action].flat().includes("dynamodb:UpdateItem"),
    );
  const COUNT_ALONE = {
    Effect: "Allow",
    Action: "dynamodb:UpdateItem",
    Resource: { "Fn::GetAtt": [expect.stringMatching(/^StorageTable/), "Arn"] },
    Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["REQUESTS#*"] } },
  };

  it.each(["base", "manifests", "blobs", "tags", "referrers", "token"])(
    "are all that it may change in the table: %s",
    (name) => {
      expect(ofTable(name)).toEqual([COUNT_ALONE]);
    },
  );

  it("are what the administration may change beside identities", () => {
    expect(ofTable("administration")).toEqual([
      expect.objectContaining({
        Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": IDENTITIES } },
      }),
      COUNT_ALONE,
    ]);
  });

  it.each(["uploads", "push", "deep"])("need no right of their own where it writes anyway: %s", (name) => {
    expect(ofTable(name)).toEqual([expect.not.objectContaining({ Condition: expect.anything() })]);
  });

  it("are counted by the server of HEAD, too", () => {
    const [document] = Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) =>
      Type === "AWS::IAM::Role" && id.startsWith("Heads") ? [JSON.stringify(Properties)] : [],
    );
    expect(document).toContain('{"dynamodb:LeadingKeys":["REQUESTS#*"]}');
  });

  it("are nobody's to count without a policy, nor the sweep's with one", () => {
    const closed = synthesize();
    for (const name of ["base", "manifests", "blobs", "tags", "referrers"])
      expect(ofTable(name, closed)).toEqual([]);
    expect(
      statementsOf("sweep")
        .map((each) => JSON.stringify(each))
        .join(""),
    ).not.toContain("REQUESTS#");
  });

  it("are limited by two parameters, which every function is told that counts", () => {
    for (const name of [...READERS, "token", "administration"]) {
      const {
        BERTH_REQUESTS_PER_IDENTITY: one,
        BERTH_REQUESTS_PER_NETWORK: all,
        BERTH_TABLE: table,
      } = variablesOf(name);
      expect([one, all]).toEqual([{ Ref: "RequestsPerIdentity" }, { Ref: "RequestsPerNetwork" }]);
      expect(table).toEqual({ Ref: expect.stringMatching(/^StorageTable/) });
    }
  });

  it("can be written where the table has a key of the stack's own", () => {
    const encrypted = synthesize({ settings: { policy, customerKey: true } });
    for (const name of ["base", "manifests", "token"]) {
      const actions = statementsOf(name, encrypted).flatMap(({ Action }) => [Action].flat());
      expect(actions).toContain("kms:GenerateDataKey");
    }
  });
});

describe("alarms", () => {
  it("look at the functions that know callers as at all others, within the ten metrics that an alarm takes", () => {
    const looked = resourcesOf(template, "AWS::CloudWatch::Alarm").filter(
      ({ Properties }) => (Properties["Metrics"] as readonly unknown[] | undefined)?.length === 11,
    );
    expect(looked.map(({ Properties }) => String(Properties["AlarmDescription"]).split(/[:,]/)[0])).toEqual([
      "A function fails or runs into its time limit",
      "Functions are throttled",
      "A request took more than 25 s",
    ]);
    for (const alarm of looked)
      for (const name of ["token", "administration"])
        expect(JSON.stringify(alarm)).toContain(`"${name}Function`);
  });
});

describe("identities and policy in the table", () => {
  it.each([...FUNCTION_NAMES].filter((name) => name !== "base"))("can't be read or written: %s", (name) => {
    const denied = statementsOf(name).filter(({ Effect }) => Effect === "Deny");
    expect(denied).toEqual([
      {
        Effect: "Deny",
        Action: "dynamodb:*",
        Resource: { "Fn::GetAtt": [expect.stringMatching(/^StorageTable/), "Arn"] },
        Condition: { "ForAnyValue:StringLike": { "dynamodb:LeadingKeys": IDENTITIES } },
      },
    ]);
  });

  it.each(["token", "administration"])(
    "are all of the table that it reaches, but for what it counts: %s",
    (name) => {
      const ofTable = statementsOf(name).filter(({ Action }) =>
        [Action].flat().some((each) => each.startsWith("dynamodb:")),
      );
      expect(ofTable).toHaveLength(2);
      expect(ofTable[0]).toMatchObject({
        Effect: "Allow",
        Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": IDENTITIES } },
      });
    },
  );

  it("are only read by the token function", () => {
    const actions = actionsOf("token").filter((action) => action.startsWith("dynamodb:"));
    expect(actions).toEqual(["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"]);
  });
});

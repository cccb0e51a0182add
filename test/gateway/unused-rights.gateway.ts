import { beforeAll, describe, expect, it } from "vitest";
import { FUNCTION_NAMES, type FunctionName } from "../../infra/functions.ts";
import { unusedGrants } from "./rights/grants.ts";
import { createClient } from "./support/client.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";
import { liveWholeLife } from "./support/whole-life.ts";

const stack = stackUnderTest({ door: "played" });

const LOOKS_FOR_PARTS = {
  "s3:ListMultipartUploadParts on bucket/blobs/*":
    "asked only where S3 hangs up on the bytes of a part instead of saying that the upload is gone",
};
/** Rights that are needed and that this does not use, each with the reason. */
const NEEDED: { readonly [name in FunctionName]?: Readonly<Record<string, string>> } = {
  uploads: LOOKS_FOR_PARTS,
  deep: LOOKS_FOR_PARTS,
};

describe("a role grants what its function uses in a registry's life, and no more", () => {
  beforeAll(() => {
    // Of the agents that the door is not for: its uploads stay at the API.
    const client = createClient(stack.client.url, "oras");
    return liveWholeLife({ client, doorClient: stack.client, stand: stack.stand });
  });

  it.each(FUNCTION_NAMES)("%s", (name) => {
    const plan = stack.stand.plan.functions.find(({ logicalId }) => logicalId.startsWith(`${name}Function`));
    if (plan === undefined) throw new Error(`the template has no function ${name}`);
    expect(unusedGrants(plan, stack.stand.used)).toEqual(Object.keys(NEEDED[name] ?? {}).toSorted());
  });

  it("the upload door", () => {
    const [door, ...more] = stack.stand.plan.webFunctions;
    if (door === undefined || more.length > 0) throw new Error("the template has not one Web Function");
    expect(unusedGrants(door, stack.stand.used)).toEqual(Object.keys(LOOKS_FOR_PARTS));
  });
});

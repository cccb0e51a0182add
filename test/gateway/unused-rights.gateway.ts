import { beforeAll, describe, expect, it } from "vitest";
import { FUNCTION_NAMES, type FunctionName } from "../../infra/functions.ts";
import { unusedGrants } from "./rights/grants.ts";
import { stackUnderTest } from "./support/stack-under-test.ts";
import { liveWholeLife } from "./support/whole-life.ts";

const stack = stackUnderTest();

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
  beforeAll(() => liveWholeLife(stack));

  it.each(FUNCTION_NAMES)("%s", (name) => {
    const plan = stack.stand.plan.functions.find(({ logicalId }) => logicalId.startsWith(`${name}Function`));
    if (plan === undefined) throw new Error(`the template has no function ${name}`);
    expect(unusedGrants(plan, stack.stand.used)).toEqual(Object.keys(NEEDED[name] ?? {}).toSorted());
  });
});

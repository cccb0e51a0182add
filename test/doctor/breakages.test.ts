import { describe, expect, it } from "vitest";
import { CHECKS } from "../../local/doctor/checks.ts";
import { BASE_BREAKAGES } from "./breakages/base.ts";
import { BLOB_BREAKAGES, REDIRECT_BREAKAGES } from "./breakages/blobs.ts";
import { DELETE_BREAKAGES, LIST_BREAKAGES } from "./breakages/lists.ts";
import { LOGIN_BREAKAGES } from "./breakages/logins.ts";
import { MANIFEST_BREAKAGES } from "./breakages/manifests.ts";
import { PUSH_BREAKAGES } from "./breakages/push.ts";
import { examined } from "./support/patient.ts";

const BREAKAGES = [
  ...BASE_BREAKAGES,
  ...PUSH_BREAKAGES,
  ...MANIFEST_BREAKAGES,
  ...BLOB_BREAKAGES,
  ...REDIRECT_BREAKAGES,
  ...LIST_BREAKAGES,
  ...DELETE_BREAKAGES,
];

const NOBODY_IS_ASKED = CHECKS.map(({ id }) => id as string).filter((id) => /^(?:auth|token|aws)\./.test(id));
const NO_REDIRECT = ["redirect.status", "redirect.host", "redirect.expiry", "redirect.signature"];

describe("berth doctor goes red on what is broken, and on that alone", () => {
  it.each(BREAKAGES)("$check: $by", async ({ check, problem, cure, blocks, ...patient }) => {
    const { checks, outcome } = await examined(patient);
    const idsOf = (status: string) => checks.filter((result) => result.status === status).map(({ id }) => id);
    expect(checks.filter((result) => result.status === "failed")).toEqual([
      expect.objectContaining({
        id: check,
        problem: expect.stringMatching(problem),
        cure: expect.stringMatching(cure),
      }),
    ]);
    const blocked = CHECKS.map(({ id }) => id as string).filter((id) => blocks?.test(id) === true);
    expect(idsOf("blocked")).toEqual(blocked);
    const inapplicable = [...NOBODY_IS_ASKED, ...(patient.bucket ? [] : NO_REDIRECT)];
    expect(idsOf("inapplicable")).toEqual(inapplicable.filter((id) => id !== check && !blocked.includes(id)));
    expect(checks.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
    expect(outcome).toBe("findings");
  });

  it("has a breakage for every check, and no breakage for none", () => {
    const broken = new Set([...BREAKAGES, ...LOGIN_BREAKAGES].map(({ check }) => check));
    expect([...broken].toSorted()).toEqual(CHECKS.map(({ id }) => id as string).toSorted());
  });
});

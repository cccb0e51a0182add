import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explain, type Question } from "../../shared/access/explain.ts";
import { matches } from "../../shared/access/glob.ts";
import type { Identity } from "../../shared/access/identity.ts";
import { allows, type Need } from "../../shared/access/rights.ts";
import { rightsFrom, rightsOf } from "../../shared/access/rights-of.ts";
import {
  accountRules,
  identities,
  limits,
  people,
  policyOf,
  repositories,
  rules,
  tags,
} from "./support/policies.ts";

const needs: fc.Arbitrary<Need> = fc.oneof(
  fc.constant({ catalog: true } as const),
  fc.constant({ administration: true } as const),
  fc.record(
    {
      action: fc.constantFrom("pull", "push", "delete"),
      repo: repositories,
      tags: fc.array(tags, { maxLength: 2 }),
    },
    { requiredKeys: ["action", "repo"] },
  ),
);

const questions: fc.Arbitrary<Question> = fc.oneof(
  fc.constant({ action: "admin" } as const),
  fc.record(
    { action: fc.constantFrom("pull", "push", "delete"), repo: repositories, tag: tags },
    { requiredKeys: ["action", "repo"] },
  ),
);

/** What takes most of a decision: asked for often enough to meet each of its branches. */
const taggedPushes = fc.record({ action: fc.constant("push" as const), repo: repositories, tag: tags });

const needOf = (question: Question): Need =>
  question.action === "admin"
    ? { administration: true }
    : { action: question.action, repo: question.repo, ...(question.tag && { tags: [question.tag] }) };

const ANONYMOUS: Identity = { kind: "anonymous" };
const RUNS = { numRuns: 300 };

describe("whatever a policy says", () => {
  it("a rule more takes no right away", () => {
    fc.assert(
      fc.property(rules, rules, identities, needs, (some, more, identity, need) => {
        const before = allows(rightsOf(policyOf(some), identity), need);
        const after = allows(rightsOf(policyOf([...some, ...more]), identity), need);
        expect(!before || after).toBe(true);
      }),
      RUNS,
    );
  });

  it("the order of its rules does not matter", () => {
    fc.assert(
      fc.property(rules, identities, needs, (some, identity, need) => {
        const forth = allows(rightsOf(policyOf(some), identity), need);
        const back = allows(rightsOf(policyOf(some.toReversed()), identity), need);
        expect(forth).toBe(back);
      }),
      RUNS,
    );
  });

  it("nothing is allowed without a rule", () => {
    fc.assert(
      fc.property(identities, needs, (identity, need) => {
        expect(allows(rightsOf(policyOf([]), identity), need)).toBe(false);
      }),
    );
  });

  it("logging in takes no right away", () => {
    fc.assert(
      fc.property(rules, identities, needs, (some, identity, need) => {
        const policy = policyOf(some);
        const before = allows(rightsOf(policy, ANONYMOUS), need);
        expect(!before || allows(rightsOf(policy, identity), need)).toBe(true);
      }),
      RUNS,
    );
  });

  it("an access key allows what policy and key both allow, and what everyone may", () => {
    fc.assert(
      fc.property(
        accountRules,
        people,
        fc.oneof(taggedPushes, questions),
        limits,
        (some, person, question, narrowed) => {
          const policy = policyOf(some);
          const need = needOf(question);
          const everyone = allows(rightsOf(policy, ANONYMOUS), need);
          const own = allows(rightsOf(policy, person), need) && allows(rightsFrom(narrowed), need);
          expect(allows(rightsOf(policy, { ...person, limits: narrowed }), need)).toBe(everyone || own);
        },
      ),
      RUNS,
    );
  });

  it("an explanation says what the rights say, and names a rule that allows it, or a lack of each", () => {
    fc.assert(
      fc.property(rules, identities, questions, (some, identity, question) => {
        const policy = policyOf(some);
        const { allowed, findings } = explain(policy, identity, question);
        expect(allowed).toBe(allows(rightsOf(policy, identity), needOf(question)));
        expect(findings).toHaveLength(some.length);
        expect(findings.every(({ lacks }) => lacks.length > 0)).toBe(!allowed);
      }),
      RUNS,
    );
  });

  it("the catalog lists exactly what the caller may pull", () => {
    fc.assert(
      fc.property(rules, identities, repositories, (some, identity, repo) => {
        const rights = rightsOf(policyOf(some), identity);
        const listed = rights.catalog && rights.searches.some((glob) => matches(glob, repo));
        expect(listed).toBe(allows(rights, { action: "pull", repo }));
      }),
      RUNS,
    );
  });
});

import { describe, expect, it } from "vitest";
import { parseGlob } from "../../../shared/access/glob.ts";
import { type Need, NOTHING, type Rights } from "../../../shared/access/rights.ts";
import { auditing } from "../../../shared/audit/audited.ts";
import type { AuditEvent } from "../../../shared/audit/event.ts";
import type { Authority, Sender } from "../../../shared/http/authority.ts";
import type { HeadAnswers } from "../../../shared/http/serve.ts";
import { OciError } from "../../../shared/oci/errors.ts";
import type { Registry } from "../../../shared/registry/registry.ts";
import { type Asked, ask, jsonOf } from "./ask.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;
const MANIFEST: Asked = { target: "/v2/shop/api/manifests/1" };

/** An authority that knows one sender, and puts into its challenge what it is given. */
const authority = (sender: Sender): Authority => ({
  authenticate: async () => sender,
  challenge: (_request, need, error) => `Test ${JSON.stringify({ need, ...(error && { error }) })}`,
});
const known = (rights: Partial<Rights>, isSettled?: (need: Need) => boolean): Authority =>
  authority({
    kind: "known",
    access: {
      caller: { name: "robot:ci" },
      rights: { ...NOTHING, ...rights },
      ...(isSettled && { isSettled }),
    },
  });
const UNKNOWN = authority({ kind: "unknown" });
const pull = { action: "pull", repo: "shop/api" };

const askAs = (whose: Authority, asked: Asked, operations: Partial<Registry> = {}) =>
  ask(operations, asked, { authority: whose });

describe("a sender without credentials", () => {
  it("is asked to log in at /v2/, where clients look for the way to do it", async () => {
    const answer = await askAs(UNKNOWN, { target: "/v2/" });
    expect(answer).toMatchObject({ status: 401, headers: { "WWW-Authenticate": 'Test {"need":"login"}' } });
    expect(await jsonOf(answer)).toEqual({
      errors: [{ code: "UNAUTHORIZED", message: "authentication required" }],
    });
  });

  it("is asked elsewhere with what the request needs, and nothing was read", async () => {
    const answer = await askAs(UNKNOWN, MANIFEST);
    expect(answer.status).toBe(401);
    expect(answer.headers["WWW-Authenticate"]).toBe(`Test ${JSON.stringify({ need: pull })}`);
    expect(await jsonOf(answer)).toMatchObject({
      errors: [{ code: "UNAUTHORIZED", message: "authentication required to pull from shop/api" }],
    });
  });

  it("hears why its credentials are none, where it brought some", async () => {
    const { headers } = await askAs(authority({ kind: "unknown", error: "invalid_token" }), MANIFEST);
    expect(headers["WWW-Authenticate"]).toContain('"error":"invalid_token"');
  });

  it("gets the headers alone for HEAD", async () => {
    const answer = await askAs(UNKNOWN, { ...MANIFEST, method: "HEAD" });
    expect(answer).toMatchObject({ status: 401, body: { kind: "empty" } });
    expect(answer.headers["WWW-Authenticate"]).toContain("shop/api");
  });
});

describe("a known sender", () => {
  it("is let in at /v2/ with no right at all", async () => {
    expect((await askAs(known({}), { target: "/v2/" })).status).toBe(200);
  });

  it("is answered where it has the right", async () => {
    const rights = { grants: [{ repositories: parseGlob("shop/*"), actions: ["pull"] as const }] };
    const gone = () => Promise.reject(new OciError("MANIFEST_UNKNOWN"));
    expect((await askAs(known(rights), MANIFEST, { getManifest: gone })).status).toBe(404);
  });

  it("hears 401 where another token could have the right", async () => {
    const answer = await askAs(known({}), MANIFEST);
    const challenge = `Test ${JSON.stringify({ need: pull, error: "insufficient_scope" })}`;
    expect(answer).toMatchObject({ status: 401, headers: { "WWW-Authenticate": challenge } });
    expect(await jsonOf(answer)).toMatchObject({
      errors: [
        {
          code: "UNAUTHORIZED",
          message: "robot:ci has no right to pull from shop/api",
          detail: { caller: "robot:ci", action: "pull", name: "shop/api" },
        },
      ],
    });
  });

  it("hears 403 without a challenge where that is settled", async () => {
    const answer = await askAs(
      known({}, () => true),
      MANIFEST,
    );
    expect(answer.status).toBe(403);
    expect(answer.headers).not.toHaveProperty("WWW-Authenticate");
    expect(await jsonOf(answer)).toMatchObject({
      errors: [{ code: "DENIED", message: "robot:ci has no right to pull from shop/api" }],
    });
  });
});

describe("who looks by HEAD before they push", () => {
  const look = { ...MANIFEST, method: "HEAD" };

  it("finds nothing where it is settled that they may not read: their push tells them more", async () => {
    const answer = await askAs(
      known({}, () => true),
      look,
    );
    expect(answer).toMatchObject({ status: 404, body: { kind: "empty" } });
  });

  const PLACES = [
    "manifests/1",
    `manifests/${DIGEST}`,
    `blobs/${DIGEST}`,
    "tags/list",
    `referrers/${DIGEST}`,
  ];
  const SENT: readonly Readonly<Record<string, string>>[] = [
    {},
    { "if-none-match": `"${DIGEST}"` },
    { "if-none-match": "*" },
    { range: "bytes=0-1" },
  ];

  it.each<[string, HeadAnswers]>([
    ["where HEAD has no body", { headBody: "none" }],
    ["where HEAD is answered as GET", { headBody: "as-get", headBlob: "redirect" }],
  ])(
    "finds the same nothing everywhere, whatever they send along, and the audit is told: %s",
    async (_, home) => {
      const told: AuditEvent[] = [];
      const options = {
        ...home,
        authority: known({}, () => true),
        watch: auditing((event) => told.push(event)),
      };
      const asked = ["shop/api", "a/longer/name"].flatMap((name) =>
        PLACES.flatMap((place) =>
          SENT.map((headers) => ({ method: "HEAD", target: `/v2/${name}/${place}`, headers })),
        ),
      );
      const answers = await Promise.all(asked.map((one) => ask({}, one, options)));
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(answers[0]?.status).toBe(404);
      expect(told).toHaveLength(asked.length);
      expect(told[0]).toEqual({
        actor: "robot:ci",
        event: "pull",
        repository: "shop/api",
        outcome: "denied",
      });
    },
  );

  it("hears 403 of the catalog, which nobody pushes to", async () => {
    const { status } = await askAs(
      known({}, () => true),
      { method: "HEAD", target: "/v2/_catalog" },
    );
    expect(status).toBe(403);
  });

  it("hears 403 where they have not asked to push: then it is all that they want", async () => {
    const answer = await askAs(
      known({}, (need) => "repo" in need && need.action === "pull"),
      look,
    );
    expect(answer.status).toBe(403);
  });

  it("hears 401 where another token could help", async () => {
    const answer = await askAs(
      known({}, (need) => "repo" in need && need.action === "push"),
      look,
    );
    expect(answer.status).toBe(401);
  });
});

describe("a running upload", () => {
  it("asks nobody who they are: its secret is the right to it", async () => {
    const failing: Authority = {
      authenticate: () => Promise.reject(new Error("was asked")),
      challenge: () => "Test",
    };
    const target = `/v2/shop/api/blobs/uploads/0-0?secret=${"a".repeat(43)}`;
    const statUpload = () => Promise.reject(new OciError("BLOB_UPLOAD_UNKNOWN"));
    expect((await askAs(failing, { target }, { statUpload })).status).toBe(404);
  });
});

describe("an upload that begins", () => {
  it.each(["", `?digest=${DIGEST}`, `?mount=${DIGEST}`, `?mount=${DIGEST}&from=x`])(
    "as POST%s needs the right to push",
    async (query) => {
      const answer = await askAs(UNKNOWN, { method: "POST", target: `/v2/shop/api/blobs/uploads/${query}` });
      const need = { action: "push", repo: "shop/api" };
      expect(answer.headers["WWW-Authenticate"]).toBe(`Test ${JSON.stringify({ need })}`);
    },
  );
});

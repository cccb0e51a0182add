import { describe, expect, it } from "vitest";
import { converse } from "../support/raw-client.ts";
import { attacked, basic, type Sender } from "./support/attacked.ts";
import { IMAGE, SECRET_BLOB } from "./support/image.ts";

const berth = attacked();
/** What a request may be answered that is refused for what it asks, for how, or for being no request at all. */
const REFUSED = /^HTTP\/1\.1 (?:400|401|403|404|405|501) /;

interface Raw {
  readonly line: string;
  readonly authorization: string;
  readonly headers?: readonly string[];
}

/** What each entrance answers to a request as it is written, which `fetch` would tidy up. */
async function told({ line, authorization, headers = [] }: Raw): Promise<readonly string[]> {
  const lines = [`${line} HTTP/1.1`, "Host: berth", `Authorization: ${authorization}`, ...headers];
  const text = [...lines, "Connection: close", "", ""].join("\r\n");
  const answers: string[] = [];
  for (const entrance of berth.entrances) answers.push(await converse(Number(new URL(entrance).port), text));
  return answers;
}

/** The answers that are no refusals, or tell something. Fails where anything that is stored is another afterwards. */
async function openings(raw: Raw): Promise<readonly string[]> {
  const before = await berth.stored();
  const answers = await told(raw);
  expect(await berth.stored()).toEqual(before);
  return answers.filter((answer) => !REFUSED.test(answer) || answer.includes(IMAGE.digest));
}

const bearer = async (as: Sender, scope: string) => `Bearer ${await berth.tokenFor(as, scope)}`;

describe("a path that goes around the check", () => {
  it("does not stand in the way of a token: these requests are refused for their paths", async () => {
    const authorization = await bearer(berth.people().ben, "repository:shop/a:pull");
    for (const answer of await told({ line: "GET /v2/shop/a/manifests/v1", authorization }))
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    "/v2/shop/a/../ab/manifests/v1",
    "/v2/shop/a/./../ab/manifests/v1",
    "/v2/shop/a/%2e%2e/ab/manifests/v1",
    "/v2/shop/a/%2E%2E/ab/manifests/v1",
    "/v2/shop/a/..%2fab/manifests/v1",
    "/v2/shop/a/%252e%252e/ab/manifests/v1",
    "/v2/shop/a/..;/ab/manifests/v1",
    "/v2/shop/a/..\\ab\\manifests\\v1",
    "/v2/shop%2Fab/manifests/v1",
    "/v2/shop%252Fab/manifests/v1",
    "/v2/shop/a%62/manifests/v1",
    "/v2%2Fshop%2Fab%2Fmanifests%2Fv1",
    "/v2//shop/ab/manifests/v1",
    "//v2/shop/ab/manifests/v1",
    "/v2/shop//ab/manifests/v1",
    "/v2/shop/ab//manifests/v1",
    "/v2/./shop/ab/manifests/v1",
    "/v2/shop/ab/manifests/v1/",
    "/v2/shop/a/manifests/v1/../../../ab/manifests/v1",
    "/v2/shop/a/manifests/../../ab/manifests/v1",
    "/v2/shop/a/tags/list/../../../ab/tags/list",
    "/v2/shop/ab/manifests/v1/blobs/uploads/x",
    "/v2/shop/a/blobs/uploads/../../../ab/manifests/v1",
    "/v2/shop/ab/manifests/v1?/../../a/manifests/v1&repo=shop/a",
    "/v2/shop/ab/manifests/v1?scope=repository:shop/ab:pull",
    "/v2/shop/ab/manifests/v1#/v2/shop/a/manifests/v1",
    "/V2/shop/ab/manifests/v1",
    "/v2/SHOP/AB/manifests/v1",
    "/v2/shop/ab%00/manifests/v1",
    "/v2/shop/ab%20/manifests/v1",
    "/v2/shop/%C3%A1b/manifests/v1",
    "/v2/shop/%FFab/manifests/v1",
    "/v2/shop/%/manifests/v1",
    "/token/../v2/shop/ab/manifests/v1",
    "/token/v2/shop/ab/manifests/v1",
    "/v2/_berth/../shop/ab/manifests/v1",
    "http://127.0.0.1/v2/shop/ab/manifests/v1",
    "http://berth/v2/shop/ab/manifests/v1",
    "v2/shop/ab/manifests/v1",
    "*",
  ])("reads nothing of another repository: %s", async (path) => {
    const authorization = await bearer(berth.people().ben, "repository:shop/a:pull,push");
    expect(await openings({ line: `GET ${path}`, authorization })).toEqual([]);
    expect(await openings({ line: `HEAD ${path}`, authorization })).toEqual([]);
  });

  it.each([
    "/v2/shop/a/../ab/manifests/v1",
    "/v2/shop%2Fab/manifests/v1",
    "/v2/shop/a%62/manifests/v1",
    "/v2//shop/ab/manifests/v1",
    "/v2/shop/a/%2e%2e/ab/manifests/v1",
    `/v2/shop%2Fab/blobs/${SECRET_BLOB.digest}`,
    `/v2/shop/a/..%2Fab/blobs/${SECRET_BLOB.digest}`,
    "http://127.0.0.1/v2/shop/ab/manifests/v1",
  ])("deletes nothing of another repository: %s", async (path) => {
    const authorization = await bearer(berth.people().ada, "repository:shop/a:pull,push,delete");
    expect(await openings({ line: `DELETE ${path}`, authorization })).toEqual([]);
  });

  it.each([
    "/v2/_berth/people",
    "/v2/%5Fberth/people",
    "/v2/_berth/%70eople",
    "/v2/_berth//people",
    "/v2//_berth/people",
    "//v2/_berth/people",
    "/v2/./_berth/people",
    "/v2/_berth/../_berth/people",
    "/v2/_berth/people/",
    "/v2/_berth%2Fpeople",
    "/v2/_BERTH/people",
    "/v2/shop/a/../../_berth/people",
    "http://127.0.0.1/v2/_berth/people",
  ])("administers nothing: %s", async (path) => {
    const authorization = basic(berth.people().ben);
    expect(await openings({ line: `GET ${path}`, authorization })).toEqual([]);
    const body = ["Content-Type: application/json", "Content-Length: 0"];
    expect(await openings({ line: `POST ${path}`, authorization, headers: body })).toEqual([]);
  });
});

describe("a header that says something else than the request", () => {
  it.each([
    "X-HTTP-Method-Override: DELETE",
    "X-HTTP-Method: DELETE",
    "X-Method-Override: DELETE",
    "X-Original-URL: /v2/shop/ab/manifests/v1",
    "X-Rewrite-URL: /v2/shop/ab/manifests/v1",
    "X-Forwarded-Prefix: /v2/shop/ab",
    "X-Forwarded-User: admin",
    "X-Remote-User: admin",
    "X-Amzn-Oidc-Identity: admin",
    "X-Forwarded-Access-Token: admin",
    "Cookie: user=admin",
  ])("is not heard: %s", async (header) => {
    const authorization = await bearer(berth.people().ada, "repository:shop/a:pull");
    const before = await berth.stored();
    const line = "GET /v2/shop/a/manifests/v1";
    for (const answer of await told({ line, authorization, headers: [header] })) {
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(answer).toContain(IMAGE.digest);
    }
    expect(await berth.stored()).toEqual(before);
    expect(await openings({ line: "GET /v2/_berth/people", authorization, headers: [header] })).toEqual([]);
    expect(
      await openings({ line: "GET /v2/shop/ab/manifests/v1", authorization, headers: [header] }),
    ).toEqual([]);
  });

  it("does not let a second one stand beside the credentials", async () => {
    const { ben, admin } = berth.people();
    const headers = [`Authorization: ${basic(admin)}`];
    expect(await openings({ line: "GET /v2/_berth/people", authorization: basic(ben), headers })).toEqual([]);
  });
});

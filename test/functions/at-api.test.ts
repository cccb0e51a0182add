import { describe, expect, it } from "vitest";
import { leadingToApi } from "../../functions/door/at-api.ts";
import { EDGE_HEADER } from "../../functions/gateway/behind-edge.ts";
import { empty } from "../../shared/http/answers.ts";
import type { HttpRequest } from "../../shared/http/messages.ts";
import { bodyOf } from "../support/bodies.ts";

const API = "https://api.example.com";
const BLOB = "/v2/shop/api/blobs/sha256:0";

/** The Location of an answer with this status, for a request that has these headers. */
async function locationFor(status: number, headers: Readonly<Record<string, string>> = {}, api = API) {
  const request: HttpRequest = {
    method: "PUT",
    path: "/",
    query: "",
    header: (name) => headers[name],
    body: bodyOf(new Uint8Array()),
  };
  const answer = await leadingToApi(async () => empty(status, { Location: BLOB }), api)(request);
  return answer.headers["Location"];
}

describe("the Location of a blob that the upload door took", () => {
  it("names the API's host, where it is pulled", async () => {
    expect(await locationFor(201)).toBe(`${API}${BLOB}`);
  });

  it("names none behind the edge, which has one host for both", async () => {
    expect(await locationFor(201, { [EDGE_HEADER]: "1" })).toBe(BLOB);
  });

  it("names none where nobody said where the API is", async () => {
    expect(await locationFor(201, {}, "")).toBe(BLOB);
  });

  it("is another thing than that of an upload, which goes on at the door", async () => {
    expect(await locationFor(202)).toBe(BLOB);
  });
});

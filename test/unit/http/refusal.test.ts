import { describe, expect, it } from "vitest";
import { ClientAbortedError } from "../../../shared/http/messages.ts";
import { OCI_ERRORS, OciError, type OciErrorName } from "../../../shared/oci/errors.ts";
import { BlobStoreUnavailableError } from "../../../shared/ports/blobs.ts";
import { StoreUnavailableError } from "../../../shared/ports/table.ts";
import { ask, jsonOf } from "./ask.ts";

const TARGET = "/v2/a/manifests/latest";
const failing = (reason: Error) => ({ getManifest: () => Promise.reject(reason) });

describe("spec § Error Codes", () => {
  it.each(Object.keys(OCI_ERRORS) as OciErrorName[])(
    "answers %s with its status and code, as JSON",
    async (name) => {
      const error = new OciError(name, { hint: "mend it" });
      const answer = await ask(failing(error), { target: TARGET });
      const body = await jsonOf(answer);
      expect(answer.status).toBe(error.status);
      expect(answer.headers).toMatchObject({
        "Content-Type": "application/json",
        "Docker-Distribution-Api-Version": "registry/2.0",
        "Content-Length": String(JSON.stringify(body).length),
      });
      expect(body).toEqual({
        errors: [{ code: error.code, message: error.message, detail: { hint: "mend it" } }],
      });
      expect(error.code).toMatch(/^[A-Z_]+$/);
    },
  );

  it("gives HEAD the same headers and no body", async () => {
    const answer = await ask(failing(new OciError("MANIFEST_UNKNOWN")), { target: TARGET });
    const head = await ask(failing(new OciError("MANIFEST_UNKNOWN")), { method: "HEAD", target: TARGET });
    expect(head).toEqual({ ...answer, body: { kind: "empty" } });
  });

  it("tells a client that is too fast when to come back", async () => {
    const answer = await ask(failing(new OciError("TOOMANYREQUESTS")), { target: TARGET });
    expect(answer).toMatchObject({ status: 429, headers: { "Retry-After": "1" } });
  });
});

describe("a store that can't serve", () => {
  it.each([new StoreUnavailableError("disk"), new BlobStoreUnavailableError("disk")])(
    "is a 503 with Retry-After, and %s goes to the log",
    async (error) => {
      const told: Error[] = [];
      const answer = await ask(
        failing(error),
        { target: TARGET },
        { onUnavailable: (cause) => told.push(cause) },
      );
      expect(answer).toMatchObject({ status: 503, headers: { "Retry-After": "5" } });
      expect(await jsonOf(answer)).toMatchObject({ errors: [{ code: "UNAVAILABLE" }] });
      expect(told).toEqual([error]);
    },
  );
});

describe("anything else", () => {
  it.each([new TypeError("a defect"), new ClientAbortedError("gone")])(
    "is no refusal: %s is thrown on",
    async (error) => {
      await expect(ask(failing(error), { target: TARGET })).rejects.toBe(error);
    },
  );
});

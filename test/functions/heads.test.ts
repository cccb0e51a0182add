import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFunctions } from "../../functions/build.ts";
import { onlyHeads } from "../../functions/web/only-heads.ts";
import { empty } from "../../shared/http/answers.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { requestOf } from "../unit/http/ask.ts";
import { startWebFunction, type WebProcess } from "./support/door-process.ts";

let heads: WebProcess;
let removeFolder = async () => {};

beforeAll(async () => {
  const folder = await temporaryFolder();
  removeFolder = folder.remove;
  await buildFunctions(folder.path);
  heads = await startWebFunction("heads", folder.path);
}, 180_000);
afterAll(async () => {
  heads.process.kill("SIGKILL");
  await removeFolder();
});

describe("HEAD as a server of its own", () => {
  it.each(["GET", "POST", "PUT", "PATCH", "DELETE"])("sends elsewhere who asks with %s", async (method) => {
    const response = await fetch(`http://127.0.0.1:${heads.port}/v2/a/manifests/1`, { method });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "HEAD"]);
    expect(await response.text()).toContain("only HEAD is answered here");
  });

  it("hands HEAD on", async () => {
    const request = requestOf({ method: "HEAD", target: "/v2/a/manifests/1" });
    expect(await onlyHeads(async () => empty(200, {}))(request)).toMatchObject({ status: 200 });
  });

  it("answers what needs no store, and ends with 0 when it is told to end", async () => {
    const response = await fetch(`http://127.0.0.1:${heads.port}/v2/`, { method: "HEAD" });
    expect([response.status, response.headers.get("Content-Length")]).toEqual([200, "2"]);
    expect(await heads.stop()).toBe(0);
  });
});

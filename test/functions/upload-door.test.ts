import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFunctions } from "../../functions/build.ts";
import { rawClient } from "../support/raw-client.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { startDoor, type WebProcess } from "./support/door-process.ts";
import { FUNCTION_ENVIRONMENT } from "./support/function-process.ts";

let bundles = "";
let door: WebProcess;
let removeFolder = async () => {};

beforeAll(async () => {
  const folder = await temporaryFolder();
  [bundles, removeFolder] = [folder.path, folder.remove];
  await buildFunctions(bundles);
  door = await startDoor(bundles);
}, 60_000);
afterAll(async () => {
  door.process.kill("SIGKILL");
  await removeFolder();
});

const SECRET = "5ec7e7";
const ID = "0b0c4cba-0000-4000-8000-000000000001";
const UPLOAD = `/v2/a/b/blobs/uploads/${ID}?secret=${SECRET}`;
const ask = (path: string, method = "GET", body?: string) =>
  fetch(`http://127.0.0.1:${door.port}${path}`, {
    method,
    headers: { Authorization: `Bearer ${SECRET}` },
    ...(body !== undefined && { body }),
  });

/** Says the headers of a PATCH that goes on and on, and sends until nobody takes it any more. */
async function flood(path: string): Promise<string> {
  const client = await rawClient(door.port);
  client.send(`PATCH ${path} HTTP/1.1\r\nHost: door\r\nContent-Length: ${2 ** 40}\r\n\r\n`);
  const megabyte = Buffer.alloc(1024 * 1024);
  const flooding = setInterval(() => client.send(megabyte), 5);
  try {
    return await client.ended;
  } finally {
    clearInterval(flooding);
  }
}

describe("the upload door, a program of its own that Lambda tells where to listen", () => {
  it.each(["/v2/", "/v2/a/b/manifests/latest", "/v2/a/b/blobs/uploads/", "/v2/_catalog"])(
    "serves uploads that were begun, and nothing else: %s",
    async (path) => {
      const response = await ask(path, path.endsWith("uploads/") ? "POST" : "GET");
      expect(response.status).toBe(404);
      expect(await response.text()).toContain("only uploads that were begun go on here");
    },
  );

  it("tells a load balancer that it is up", async () => {
    expect((await ask("/healthz")).status).toBe(200);
  });

  it.each(["GET", "PUT", "PATCH", "DELETE"])("knows no upload without its secret: %s", async (method) => {
    const digest = method === "PUT" ? `&digest=sha256:${"0".repeat(64)}` : "";
    const response = await ask(`${UPLOAD}${digest}`, method, method === "PATCH" ? "some" : undefined);
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { errors: [{ code: "BLOB_UPLOAD_UNKNOWN" }] },
    ]);
  });

  it.each([UPLOAD, "/v2/a/b/blobs/uploads/"])(
    "closes the connection of who sends much to an upload that is not there: %s",
    async (path) => {
      expect(await flood(path)).toBe("");
    },
  );

  it("answers a refused request only when its body is in, since nobody hands on an answer before", async () => {
    const client = await rawClient(door.port);
    client.send(`PATCH ${UPLOAD} HTTP/1.1\r\nHost: door\r\nContent-Length: 10\r\n\r\nhalf `);
    await ask("/");
    expect(client.socket.bytesRead).toBe(0);
    client.send("done.");
    expect(await client.heard(/errors/)).toMatch(/^HTTP\/1\.1 404 /);
    client.socket.destroy();
  });

  it("tells of each request what it was, and neither a secret nor a credential", () => {
    const lines = door
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"));
    const answered = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(answered).toContainEqual(
      expect.objectContaining({ message: "answered", operation: "none", method: "PATCH", status: 404 }),
    );
    expect(door.output()).not.toContain(SECRET);
    expect(door.output()).not.toMatch(/authorization|bearer/i);
  });

  it("finishes and ends with 0 when it is told to end", async () => {
    const another = await startDoor(bundles);
    expect(await another.stop()).toBe(0);
  });

  it("fails at its start where its environment is wrong, with every complaint", () => {
    const { status, stderr } = spawnSync(process.execPath, [join(bundles, "upload-door", "index.js")], {
      env: { ...FUNCTION_ENVIRONMENT, AWS_LAMBDA_HTTP_ENDPOINT: "somewhere", BERTH_REQUEST_SECONDS: "5" },
      encoding: "utf8",
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain("AWS_LAMBDA_HTTP_ENDPOINT is 'somewhere': it takes a host and a port");
    expect(stderr).toContain("BERTH_REQUEST_SECONDS is '5': it takes a whole number of seconds");
  });
});

import { readFileSync } from "node:fs";
import { get, type RequestOptions } from "node:https";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTls } from "../../local/tls.ts";
import { spawnBerth } from "../support/berth-process.ts";
import { rawClient } from "../support/raw-client.ts";
import { says, serving, stopServers } from "../support/serving.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

stopServers();

const fileOf = (name: string) => fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url));
const [tlsCert, tlsKey] = [fileOf("cert.pem"), fileOf("key.pem")];
const ca = readFileSync(tlsCert);

function fetchTls(url: string, options: RequestOptions = {}): Promise<{ status?: number; text: string }> {
  return new Promise((resolve, reject) => {
    get(url, { ca, ...options }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    }).on("error", reject);
  });
}
const servingTls = (settings = {}) => {
  const tls = readTls({ tlsCert, tlsKey });
  return serving(async ({ path }) => says(path), { ...(tls && { tls }), ...settings });
};

describe("with a certificate the server speaks HTTPS", () => {
  let temporary: TemporaryFolder;
  beforeAll(async () => {
    temporary = await temporaryFolder();
  });
  afterAll(() => temporary.remove());

  it("from the command line", async () => {
    const berth = await spawnBerth({
      data: temporary.path,
      args: ["--tls-cert", tlsCert, "--tls-key", tlsKey],
    });
    expect(berth.url).toMatch(/^https:/);
    expect((await fetchTls(`${berth.url}/v2/`)).status).toBe(200);
    expect((await berth.kill("SIGTERM")).code).toBe(0);
  });

  it("and no other version than 1.2 and newer", async () => {
    const { url } = await servingTls();
    await expect(fetchTls(url, { maxVersion: "TLSv1.1", minVersion: "TLSv1" })).rejects.toThrow(
      /alert|protocol/,
    );
    expect((await fetchTls(`${url}/x`, { maxVersion: "TLSv1.2" })).text).toBe("/x");
  });

  it("and lives on after a client that speaks plain HTTP", async () => {
    const { url, port } = await servingTls();
    const plain = await rawClient(port);
    plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await plain.ended).not.toMatch(/200/);
    expect((await fetchTls(`${url}/x`)).text).toBe("/x");
  });

  it("and a client in the middle of a handshake does not keep it from stopping", async () => {
    const server = await servingTls();
    const silent = connect(server.port, "127.0.0.1");
    const ended = new Promise((resolve) => silent.on("error", () => {}).on("close", resolve));
    await fetchTls(server.url);
    await server.stop(60_000);
    silent.resume();
    expect(await ended).toBe(false);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Complaint } from "../../local/complaint.ts";
import { isLoopback, listeningAddress } from "../../local/listening-address.ts";
import { readSettings, type SettingSources } from "../../local/read-settings.ts";
import { flagOf, SETTING_NAMES, SETTINGS, variableOf } from "../../local/settings.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(content: unknown): string {
  const path = join(folder, `${Math.random()}.json`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}
const settings = ({ flags = {}, variables = {} }: Partial<SettingSources>) =>
  readSettings({ flags, variables });

describe("where a setting comes from", () => {
  const config = fileWith({ port: 3, host: "127.0.0.3", idleTimeout: "3m" });

  it("takes the flag over the variable over the file over the default", () => {
    const read = settings({
      flags: { config, port: "1" },
      variables: { BERTH_PORT: "2", BERTH_HOST: "127.0.0.2" },
    });
    expect(read).toMatchObject({ port: 1, host: "127.0.0.2", idleTimeout: 180_000, shutdownGrace: 30_000 });
  });

  it("serves 127.0.0.1:5000 from ./data where nothing is said", () => {
    const defaults = { port: 5000, host: "127.0.0.1", data: resolve("data"), logLevel: "info" };
    expect(settings({})).toMatchObject(defaults);
  });

  it("finds the file by its variable too", () => {
    expect(settings({ variables: { BERTH_CONFIG: config } }).port).toBe(3);
  });

  it("takes an empty variable for one that is not set", () => {
    expect(settings({ variables: { BERTH_PORT: "", BERTH_CONFIG: "" } }).port).toBe(5000);
  });

  it.each(SETTING_NAMES)("reads %s from each source alike", (name) => {
    const text = { tlsCert: "c.pem", tlsKey: "k.pem", insecureRemoteWithoutAuth: "true" }[name as string];
    const value = text ?? SETTINGS[name].fallback;
    const expected = settings({ flags: { [name]: value } })[name];
    expect(settings({ variables: { [variableOf(name)]: value } })[name]).toEqual(expected);
    expect(settings({ flags: { config: fileWith({ [name]: value }) } })[name]).toEqual(expected);
  });

  it("names flags and variables after the setting", () => {
    expect([flagOf("tlsCert"), variableOf("tlsCert")]).toEqual(["--tls-cert", "BERTH_TLS_CERT"]);
  });

  it("takes numbers, durations and switches from JSON as they are written there", () => {
    const read = settings({
      flags: { config: fileWith({ port: 0, idleTimeout: 90, insecureRemoteWithoutAuth: true }) },
    });
    expect(read).toMatchObject({ port: 0, idleTimeout: 90_000, insecureRemoteWithoutAuth: true });
  });
});

describe("a wrong setting", () => {
  const WRONG: readonly (readonly [what: string, sources: Partial<SettingSources>, says: RegExp])[] = [
    ["a port that is no number", { flags: { port: "http" } }, /^--port is 'http': it must be a whole number/],
    ["a port out of range", { variables: { BERTH_PORT: "65536" } }, /^BERTH_PORT is '65536': .* 0 to 65535$/],
    ["a port of a service link", { variables: { BERTH_PORT: "tcp://10.0.0.1:5000" } }, /^BERTH_PORT is/],
    ["a negative port", { flags: { port: "-1" } }, /--port is '-1'/],
    ["an unknown level", { flags: { logLevel: "loud" } }, /--log-level is 'loud': it must be one of trace, /],
    ["a duration in weeks", { flags: { idleTimeout: "1w" } }, /--idle-timeout is '1w': .* like 90s, 15m/],
    ["no idle time at all", { flags: { idleTimeout: "0" } }, /--idle-timeout is '0'/],
    ["an upload that outlives its parts", { flags: { uploadExpiry: "22d" } }, /--upload-expiry is '22d'/],
    ["an empty folder name", { flags: { data: "" } }, /--data is '': it must not be empty/],
    ["a switch that is neither on nor off", { variables: { BERTH_SPARSE_MANIFESTS: "on" } }, /true or false/],
    [
      "a file that is not there",
      { flags: { config: "nowhere.json" } },
      /can't read .* nowhere.json \(ENOENT\)/,
    ],
    ["a file that is not JSON", { flags: { config: fileWith("port: 5") } }, /is not JSON/],
    ["a file that holds no object", { flags: { config: fileWith([1]) } }, /must hold one JSON object/],
    ["an unknown key", { flags: { config: fileWith({ prot: 1 }) } }, /unknown key 'prot'; known are port, /],
    ["a key of every object", { flags: { config: fileWith({ toString: "x" }) } }, /unknown key 'toString'/],
    [
      "a value that is no scalar",
      { flags: { config: fileWith({ port: [1] }) } },
      /'port' .* must be a string/,
    ],
    ["a null", { flags: { config: fileWith({ port: null }) } }, /'port' in the config file .* must be/],
    [
      "a wrong value in the file",
      { flags: { config: fileWith({ port: -5 }) } },
      /^'port' in the config file .* '-5'/,
    ],
  ];

  it.each(WRONG)("says what is right for %s", (_what, sources, says) => {
    expect(() => settings(sources)).toThrow(Complaint);
    expect(() => settings(sources)).toThrow(says);
  });

  it("is told in one line", () => {
    for (const [, sources] of WRONG) expect(() => settings(sources)).not.toThrow(/\n/);
  });
});

describe("listening beyond this machine", () => {
  it.each(["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])("takes %s for loopback", (address) => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each(["0.0.0.0", "::", "192.168.1.5", "::ffff:192.168.1.5", "128.0.0.1"])(
    "takes %s for what others reach",
    async (address) => {
      expect(await listeningAddress(address)).toBe(address);
      expect(isLoopback(address)).toBe(false);
    },
  );

  it("looks at what a name stands for", async () => {
    expect(isLoopback(await listeningAddress("localhost"))).toBe(true);
  });

  it("says so where a name stands for nothing", async () => {
    await expect(listeningAddress("nowhere.invalid")).rejects.toThrow(/nowhere.invalid has no address/);
  });
});

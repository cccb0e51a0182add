import { execFile } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const PROJECT = join(import.meta.dirname, "does-not-compile/tsconfig.json");

/** What the compiler complains of in the fixtures. */
const complaints = (): Promise<string> =>
  new Promise((resolve) => {
    execFile(
      join(ROOT, "node_modules/.bin/tsc"),
      ["--project", PROJECT, "--pretty", "false"],
      (_failed, stdout) => resolve(stdout),
    );
  });

describe("what does not compile", () => {
  let said: string;
  beforeAll(async () => {
    said = await complaints();
  });

  it("is a wrapper around the registry that forgets an operation", () => {
    expect(said).toMatch(/forgets-one\.ts.*Property 'deleteBlob' is missing/);
  });

  it("is a server of a registry without an authority", () => {
    expect(said).toMatch(/no-authority\.ts.*Property 'authority' is missing/);
  });

  it("is nothing else, so that the fixtures are right but for that", () => {
    expect(said.match(/error TS/g)).toHaveLength(2);
  });
});

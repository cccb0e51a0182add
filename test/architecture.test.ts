import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

/** Who may import whom. A folder that is not listed may import nothing outside itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "shared/oci": [],
  "shared/ports": ["shared/oci"],
  "shared/registry": ["shared/oci", "shared/ports"],
  "shared/access": ["shared/oci", "shared/ports", "shared/registry"],
  "shared/identities": ["shared/oci", "shared/ports", "shared/registry", "shared/access"],
  "shared/audit": ["shared/oci", "shared/registry", "shared/access"],
  "shared/http": ["shared/oci", "shared/ports", "shared/registry", "shared/access"],
  "shared/auth": ["shared/oci", "shared/ports", "shared/access", "shared/http"],
  "shared/admin": [
    "shared/oci",
    "shared/registry",
    "shared/access",
    "shared/audit",
    "shared/identities",
    "shared/http",
  ],
  "shared/client": ["shared/oci", "shared/ports", "shared/registry"],
  "shared/server": ["shared/oci", "shared/ports", "shared/http"],
  "shared/stores": ["shared/oci", "shared/ports"],
  local: [
    "shared/oci",
    "shared/ports",
    "shared/access",
    "shared/audit",
    "shared/registry",
    "shared/identities",
    "shared/admin",
    "shared/http",
    "shared/auth",
    "shared/client",
    "shared/server",
    "shared/stores",
    "package.json",
  ],
  functions: [
    "shared/oci",
    "shared/ports",
    "shared/access",
    "shared/audit",
    "shared/identities",
    "shared/registry",
    "shared/http",
    "shared/auth",
    "shared/admin",
    "shared/server",
    "shared/stores",
  ],
  infra: ["functions", "shared/access", "shared/registry"],
  test: [
    "shared/oci",
    "shared/ports",
    "shared/access",
    "shared/audit",
    "shared/identities",
    "shared/admin",
    "shared/registry",
    "shared/http",
    "shared/auth",
    "shared/client",
    "shared/server",
    "shared/stores",
    "local",
    "functions",
    "infra",
    "bench",
    "package.json",
  ],
  bench: [
    "test",
    "local",
    "functions",
    "infra",
    "shared/oci",
    "shared/access",
    "shared/registry",
    "shared/auth",
    "shared/http",
    "shared/stores",
  ],
};

/** Packages and Node's own modules that a folder may use; the others may use any. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  "shared/oci": [],
  "shared/ports": [],
  "shared/registry": ["node:crypto", "hash-wasm"],
  "shared/access": ["yaml"],
  "shared/audit": [],
  "shared/identities": ["node:crypto", "node:zlib", "jose"],
  "shared/http": [],
  "shared/auth": ["node:crypto", "jose"],
  "shared/admin": [],
  "shared/client": ["node:crypto", "node:http", "node:https", "node:stream", "node:timers/promises"],
  "shared/server": ["node:crypto", "node:http", "node:https", "node:net", "node:stream"],
  "shared/stores": ["node:crypto"],
};

interface Import {
  readonly file: string;
  readonly target: string;
}

/** Imports and re-exports as the formatter writes them, and dynamic imports. */
const IMPORT = /^(?:import|export)\s[^;"`]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm;

const files = globSync("{shared,local,functions,infra,test,bench}/**/*.ts", { cwd: root() });
const imports = files.flatMap(importsOf);

function root(): string {
  return join(import.meta.dirname, "..");
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root(), file), "utf8");
  return [...text.matchAll(IMPORT)].map((match) => ({
    file,
    target: match[1] ?? match[2] ?? match[3] ?? "",
  }));
}

/** Homes of the core, whose users of a package are counted. */
const HOMES = ["shared/", "local/", "functions/"] as const;

/** `shared/oci/digest.ts` belongs to `shared/oci`, everything below `local` to `local`. */
const folderOf = (path: string): string => {
  const [top = "", second = ""] = path.split("/");
  return top === "shared" ? `${top}/${second}` : top;
};

const isRelative = ({ target }: Import): boolean => target.startsWith(".");
const quoted = ({ file, target }: Import): string => `${file} imports ${target}`;

describe("architecture: who may import whom", () => {
  it("finds the imports that it speaks of", () => {
    expect(imports.map(quoted)).toContain("shared/oci/names.ts imports ./branded.ts");
    expect(imports.map(quoted)).toContain("shared/registry/body-hash.ts imports hash-wasm");
    expect(imports.length).toBeGreaterThan(300);
  });

  it("lets a folder import only what stands below it", () => {
    const forbidden = imports.filter(isRelative).filter(({ file, target }) => {
      const from = folderOf(file);
      const to = folderOf(normalize(join(dirname(file), target)));
      return from !== to && !(MAY_IMPORT[from] ?? []).includes(to);
    });
    expect(forbidden.map(quoted)).toEqual([]);
  });

  it("keeps packages and Node's modules out of the core", () => {
    const forbidden = imports
      .filter((entry) => !isRelative(entry))
      .filter(({ file, target }) => {
        const allowed = MAY_USE[folderOf(file)];
        return allowed !== undefined && !allowed.includes(target);
      });
    expect(forbidden.map(quoted)).toEqual([]);
  });

  it("lets only one file know each package that stands for something outside", () => {
    const users = (target: string) =>
      [...new Set(imports.filter((entry) => entry.target === target).map(({ file }) => file))].filter(
        (file) => HOMES.some((home) => file.startsWith(home)),
      );
    expect(users("hash-wasm")).toEqual(["shared/registry/body-hash.ts"]);
    // The second looks at the tokens alone, before the first parses them.
    expect(users("yaml").toSorted()).toEqual(["shared/access/document.ts", "shared/access/unwanted.ts"]);
    // One for our own tokens, one for those of other issuers: neither takes what the other needs.
    expect(users("jose").toSorted()).toEqual(["shared/auth/jwt.ts", "shared/identities/oidc-token.ts"]);
    expect(users("pino")).toEqual(["local/log.ts"]);
    expect(users("commander").filter((file) => !/^local\/\w+\/commands\.ts$/.test(file))).toEqual([
      "local/command-line.ts",
    ]);
    expect([...users("tar/header"), ...users("tar/pax")]).toEqual(Array(2).fill("local/push/tar-files.ts"));
    expect(users("@aws-sdk/client-dynamodb")).toEqual(["functions/stores/dynamo-client.ts"]);
    expect(users("@aws-sdk/client-s3")).toEqual(["functions/stores/s3-client.ts"]);
    expect(users("@aws-sdk/credential-provider-node")).toEqual([
      "local/credential-helper/aws-credentials.ts",
    ]);
    expect(users("@smithy/signature-v4")).toEqual(["local/credential-helper/sign-login.ts"]);
    expect(users("@aws-sdk/credential-provider-http")).toEqual(["functions/stores/container-credentials.ts"]);
    expect(users("@aws-sdk/s3-request-presigner")).toEqual([]);
  });

  it("keeps the S3 client, which is most of a bundle, out of what only reads", () => {
    const reached = reachedFrom(["functions/stores/s3-reads.ts", "functions/stores/dynamo-reads.ts"]);
    expect(reached).toContain("functions/stores/presign.ts");
    expect(reached).toContain("functions/stores/dynamo-client.ts");
    expect(reached).not.toContain("functions/stores/s3-client.ts");
  });
});

/** The files, and all that they import from the project, however far. */
function reachedFrom(entries: readonly string[]): readonly string[] {
  const reached = new Set(entries);
  for (const at of reached) {
    const wanted = imports.filter((entry) => entry.file === at && isRelative(entry));
    for (const { target } of wanted) reached.add(normalize(join(dirname(at), target)));
  }
  return [...reached];
}

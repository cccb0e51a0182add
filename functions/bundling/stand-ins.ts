import type { Plugin } from "esbuild";

/**
 * What stands in bundles for packages of which a function needs little or nothing, as the text of a module. Together they
 * would be twice as much code as all the rest of a reading function.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  // Files, SSO, metadata services and more places for credentials: our clients are given those of the environment.
  "@aws-sdk/credential-provider-node": `
    export const defaultProvider = () => () =>
      Promise.reject(new Error("this client of AWS was given no credentials, and bundles know no other place for them"));
  `,
  // Of an import on demand esbuild leaves nothing out: the other twenty hashes are more code than the domain.
  "hash-wasm": 'export { createSHA256, createSHA512 } from "hash-wasm";',
  // The SDK tells browsers by it.
  bowser: "",
  // The X-Ray SDK looks by it at version 2 of the AWS SDK, which is not there.
  semver: "",
};

const NAMESPACE = "stand-in";

export const standIns: Plugin = {
  name: "stand-ins",
  setup: (build) => {
    build.onResolve({ filter: /^[^.]/ }, ({ path, namespace }) =>
      Object.hasOwn(STAND_INS, path) && namespace !== NAMESPACE ? { path, namespace: NAMESPACE } : undefined,
    );
    build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
      contents: STAND_INS[path] ?? "",
      resolveDir: import.meta.dirname,
    }));
  },
};

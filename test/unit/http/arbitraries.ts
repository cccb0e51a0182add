import * as fc from "fast-check";

/** Words of the API are names too: they are what a parser from the left gets wrong. */
const RESERVED = ["manifests", "blobs", "uploads", "tags", "list", "referrers", "v2", "catalog", "latest"];
const COMPONENT = fc.oneof(
  fc.constantFrom(...RESERVED),
  fc.stringMatching(/^[a-z0-9]{1,6}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}$/),
);

export const repoNames = fc
  .array(COMPONENT, { minLength: 1, maxLength: 8 })
  .map((components) => components.join("/"))
  .filter((name) => name.length <= 255);
export const tagNames = fc.oneof(
  fc.constantFrom(...RESERVED, "_catalog", "_", "1.0"),
  fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/),
);
export const digests = fc.oneof(
  fc.stringMatching(/^[a-f0-9]{64}$/).map((hex) => `sha256:${hex}`),
  fc.stringMatching(/^[a-f0-9]{128}$/).map((hex) => `sha512:${hex}`),
);
export const uploads = fc.record({
  id: fc.oneof(fc.uuid(), fc.stringMatching(/^[0-9a-f-]{1,64}$/)),
  secret: fc.stringMatching(/^[\w-]{43}$/),
});

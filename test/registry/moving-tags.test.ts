import { describe, expect, it } from "vitest";
import { OCI_MANIFEST } from "../../shared/oci/media-types.ts";
import type { Table } from "../../shared/ports/table.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import {
  byTag,
  caller,
  createDomain,
  imageManifest,
  pushBlob,
  repo,
  sha256,
  tag,
} from "../support/domain.ts";

const name = repo("team/app");
const config = new TextEncoder().encode("{}");

describe("a pull by a tag that is moved while it is read", () => {
  it("answers the new manifest once the old one is deleted", async () => {
    const domain = createDomain();
    const { registry } = domain;
    await pushBlob(registry, name, config);
    const [old, young] = ["old", "new"].map((text) =>
      imageManifest({ config, annotations: { padding: text.repeat(5000) } }),
    ) as [Uint8Array, Uint8Array];
    const push = (bytes: Uint8Array) =>
      registry.putManifest({
        caller,
        repo: name,
        reference: byTag("latest"),
        tags: [tag("other")],
        mediaType: OCI_MANIFEST,
        bytes,
      });
    await push(old);
    let waiting = true;
    const late: Table = {
      ...domain.table,
      get: async (key, consistency) => {
        if (waiting && key.sk.startsWith("BYTES#")) {
          waiting = false;
          await push(young);
          await registry.deleteManifest({ caller, repo: name, digest: sha256(old) });
        }
        return domain.table.get(key, consistency);
      },
    };
    const slow = createRegistry({ ...domain, table: late });
    const { digest: found } = await slow.getManifest({ caller, repo: name, reference: byTag("latest") });
    expect(found).toBe(sha256(young));
  });
});

import { describe, expect, it } from "vitest";
import type { Table } from "../../shared/ports/table.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { sweep } from "../../shared/registry/sweep.ts";
import { byDigest, byTag, caller, createDomain, pushImage, repo } from "../support/domain.ts";

const name = repo("team/app");

/** A manifest with more tags than one transaction deletes, whose deletion was cut short after its first step. */
async function halfDeleted() {
  const domain = createDomain();
  const tags = Array.from({ length: 40 }, (_, at) => `v${at}`);
  await pushImage(domain.registry, name, { text: "a", tags: tags.slice(0, 20) });
  const doomed = await pushImage(domain.registry, name, { text: "a", tags: tags.slice(20) });
  let transactions = 0;
  const dies: Table = {
    ...domain.table,
    transact: async (operations) => {
      transactions += 1;
      if (transactions > 1) throw new Error("killed");
      return domain.table.transact(operations);
    },
  };
  const deletion = createRegistry({ ...domain, table: dies }).deleteManifest({
    caller,
    repo: name,
    digest: doomed,
  });
  await expect(deletion).rejects.toThrow("killed");
  return { domain, doomed };
}

describe("whoever finishes a deletion that was cut short", () => {
  it("as a push leaves alone what another push has begun anew", async () => {
    const { domain, doomed } = await halfDeleted();
    const { registry } = domain;
    let waiting = true;
    // Between seeing the mark and helping, a rival helps, and pushes.
    const late: Table = {
      ...domain.table,
      getMany: async (keys) => {
        const found = await domain.table.getMany(keys);
        if (waiting && found.items.some(({ attributes }) => attributes["deleting"] !== undefined)) {
          waiting = false;
          await pushImage(registry, name, { text: "a", tags: ["rival"] });
        }
        return found;
      },
    };
    await pushImage(createRegistry({ ...domain, table: late }), name, { text: "a", tags: ["late"] });
    const { entries } = await registry.listTags({ caller, repo: name, limit: 100 });
    expect(entries).toEqual(["late", "rival"]);
    expect((await registry.getManifest({ caller, repo: name, reference: byTag("rival") })).digest).toBe(
      doomed,
    );
  });

  it("as a sweep leaves alone what a push has begun anew", async () => {
    const { domain, doomed } = await halfDeleted();
    const { registry } = domain;
    // Between finding the mark and finishing the deletion, a push finishes it, and pushes.
    const late: Table = {
      ...domain.table,
      query: async (query) => {
        const page = await domain.table.query(query);
        if (query.pk === "DELETING") await pushImage(registry, name, { text: "a", tags: ["again"] });
        return page;
      },
    };
    await sweep({ ...domain, table: late });
    expect((await registry.getManifest({ caller, repo: name, reference: byTag("again") })).digest).toBe(
      doomed,
    );
    expect((await registry.getManifest({ caller, repo: name, reference: byDigest(doomed) })).digest).toBe(
      doomed,
    );
  });
});

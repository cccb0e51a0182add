import { describe, expect, it } from "vitest";
import { contentOf } from "../../shared/client/content.ts";
import { guardedRegistry } from "../auth/support/guarded-registry.ts";
import { PEOPLE } from "../auth/support/people.ts";
import { collect, patterned, sameBytes } from "../support/bodies.ts";
import { repo, sha256 } from "../support/domain.ts";
import { clientOf, closeClients } from "./support/clients.ts";

closeClients();

const bytes = patterned(3_000_000, "login");
const blob = { digest: sha256(bytes), content: contentOf(bytes) };

describe("the client at a Berth that asks everyone who they are", () => {
  const berth = guardedRegistry();
  const as = (name: string, secret = PEOPLE[name]?.secret ?? "") =>
    clientOf(`http://localhost:${berth.port}`, { credentials: { kind: "password", name, secret } });

  it("pushes, pulls and lists by its tokens, as far as each may", async () => {
    const ada = as("ada");
    await ada.ping();
    expect(await ada.pushBlob(repo("shop/a"), blob, { partSize: 1024 * 1024 })).toBe("sent");
    expect(await ada.mountBlob(repo("shop/b"), blob.digest, repo("shop/a"))).toBe(true);
    const pulled = await collect(as("rea").pullBlob(repo("shop/b"), blob.digest));
    expect(sameBytes(pulled, bytes)).toBe(true);
    expect(await Array.fromAsync(as("rea").repositories())).toEqual(["shop/a", "shop/b"]);
  });

  it("is told what it may not, and that a secret is wrong, without an error that holds one", async () => {
    const other = { digest: sha256(Buffer.from("other")), content: contentOf(Buffer.from("other")) };
    await expect(as("rea").pushBlob(repo("shop/a"), other)).rejects.toMatchObject({ reason: "DENIED" });
    const refused = await as("ada", "hunter2").ping().catch(String);
    expect(refused).toMatch(/gives no token \(401\)/);
    expect(refused).not.toMatch(/hunter2/);
  });
});

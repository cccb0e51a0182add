import { describe, expect, it } from "vitest";
import { contentOf } from "../../shared/client/content.ts";
import type { RegistryClient } from "../../shared/client/registry-client.ts";
import type { HttpHandler } from "../../shared/http/messages.ts";
import { OCI_MANIFEST } from "../../shared/oci/media-types.ts";
import { parseRepoName } from "../../shared/oci/names.ts";
import { byTag, imageManifest, sha256, tag } from "../support/domain.ts";
import { stopServers } from "../support/serving.ts";
import { clientOf, closeClients, startRegistry, type Wrap } from "./support/clients.ts";
import { json } from "./support/guards.ts";

stopServers();
closeClients();

const repo = parseRepoName("team/app");
const TAGS = Array.from({ length: 25 }, (_, at) => tag(`t${String(at).padStart(2, "0")}`));

/** Pages of seven, whatever the client asks for. */
const inSevens: Wrap = (handler) => async (request) =>
  /list$|_catalog$|\/referrers\//.test(request.path)
    ? handler({
        ...request,
        query: [request.query.replace(/(^|&)n=\d+/, ""), "n=7"].filter(Boolean).join("&"),
      })
    : handler(request);

/** As registries were before there was such an endpoint: no list of referrers, and no word of a subject. */
const withoutReferrers: Wrap = (handler: HttpHandler) => async (request) => {
  if (request.path.includes("/referrers/")) return json(404, {});
  const answer = await handler(request);
  const { "OCI-Subject": _subject, ...headers } = answer.headers;
  return { ...answer, headers };
};

const config = Buffer.from("{}");

async function pushImage(
  client: RegistryClient,
  fields: Partial<Parameters<typeof imageManifest>[0]>,
  tags = [tag("it")],
  name = repo,
) {
  await client.pushBlob(name, { digest: sha256(config), content: contentOf(config) });
  const bytes = imageManifest({ config, ...fields });
  const manifest = { digest: sha256(bytes), mediaType: OCI_MANIFEST, bytes };
  await client.putManifest(name, { ...manifest, tags });
  return { mediaType: OCI_MANIFEST, digest: manifest.digest, size: bytes.length };
}

describe("a list", () => {
  it("of tags, and of repositories, is followed by Link to its end", async () => {
    const client = clientOf((await startRegistry(inSevens)).url);
    await pushImage(client, {}, TAGS);
    expect(await Array.fromAsync(client.tags(repo))).toEqual(TAGS);
    for (let at = 0; at < 9; at += 1) await pushImage(client, {}, [tag("it")], parseRepoName(`r${at}`));
    expect(await Array.fromAsync(client.repositories())).toEqual([
      ...Array.from({ length: 9 }, (_, at) => `r${at}`),
      "team/app",
    ]);
    await expect(Array.fromAsync(client.tags(parseRepoName("none")))).rejects.toMatchObject({
      reason: "NAME_UNKNOWN",
    });
  });

  it("ends with an error where Link leads in a circle, to another host, or to what is no name", async () => {
    const answers =
      (link: string, tags: unknown = ["a"]): Wrap =>
      () =>
      async () =>
        json(200, { tags }, { Link: link });
    for (const [wrap, why] of [
      [answers('</v2/a/tags/list?last=a>; rel="next"'), /in a circle/],
      [answers('<http://other.example/v2/a/tags/list>; rel="next"'), /on another host/],
      [answers("", ["not a tag"]), /can be no name there/],
      [answers("", "none"), /no JSON with a list 'tags'/],
    ] as const) {
      await expect(Array.fromAsync(clientOf((await startRegistry(wrap)).url).tags(repo))).rejects.toThrow(
        why,
      );
    }
  });

  it("that Go's encoder wrote as null is empty", async () => {
    const { url } = await startRegistry(() => async () => json(200, { name: "team/app", tags: null }));
    expect(await Array.fromAsync(clientOf(url).tags(repo))).toEqual([]);
  });
});

describe("referrers", () => {
  it.each([
    ["come from the registry, page by page", inSevens],
    [
      "come from their tag where the registry has no such list, which the client keeps itself",
      withoutReferrers,
    ],
  ])("%s", async (_what, wrap) => {
    const client = clientOf((await startRegistry(wrap)).url);
    const subject = await pushImage(client, {});
    const made = [];
    for (let at = 0; at < 9; at += 1) {
      const annotations = { number: String(at) };
      made.push(await pushImage(client, { subject, annotations }, []));
    }
    const listed = await Array.fromAsync(client.referrers(repo, subject.digest));
    expect(listed.map(({ digest }) => digest).toSorted()).toEqual(
      made.map(({ digest }) => digest).toSorted(),
    );
    expect(listed[0]).toMatchObject({
      mediaType: OCI_MANIFEST,
      artifactType: "application/vnd.oci.image.config.v1+json",
    });
    expect(await Array.fromAsync(client.referrers(repo, subject.digest, "application/other"))).toEqual([]);
    expect(await Array.fromAsync(client.referrers(repo, made[0]?.digest ?? subject.digest))).toEqual([]);
    expect((await client.resolve(repo, byTag("it"))).digest).toBe(subject.digest);
  });
});

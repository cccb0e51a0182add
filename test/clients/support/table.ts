/** What one test says about a client. */
export interface Finding {
  readonly client: string;
  /** the columns that it counts for: the tags of vitest.clients.config.ts */
  readonly tags: readonly string[];
  readonly sentence: string;
  readonly passed: boolean;
}

export interface Run {
  readonly findings: readonly Finding[];
  readonly versions: ReadonlyMap<string, string>;
  readonly revision: string;
  /** yyyy-mm-dd */
  readonly date: string;
}

const UPLOAD = /^sends a blob as /;
const COLUMNS = [
  ["round-trip", "Push and pull"],
  ["index", "Multi-platform"],
  ["referrers", "Referrers"],
  ["signatures", "Signatures"],
  ["list", "Tag list"],
  ["delete", "Delete"],
  ["huge", "1 GiB layer"],
] as const;

/** docs/clients.md, as a run of the full tier found it. */
export function clientsPage({ findings, versions, revision, date }: Run): string {
  const clients = Map.groupBy(findings, ({ client }) => client);
  const heads = ["Client", "Version", "Sends a layer as", ...COLUMNS.map(([, title]) => title)];
  const rows = [...clients].map(([client, own]) => [
    client,
    versions.get(client) ?? "",
    uploads(own).join("; "),
    ...COLUMNS.map(([tag]) => cell(own, tag)),
  ]);
  const lines = [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  const sections = [...clients].map(([client, own]) =>
    [`### ${client}`, "", ...own.map(sentenceOf), ""].join("\n"),
  );
  return [
    "# What works with which client",
    "",
    `Written by the full tier (\`npm run test:full\`) on ${date}, at revision ${revision}: every line is a test that ran`,
    "against a Berth with a fresh data folder. A dash stands where the client has no such command or it is not tested.",
    "",
    ...lines,
    "",
    "- helm takes charts of at most 100 MiB, with files of at most 5 MiB; that largest chart is among its tests.",
    "- `cosign load` (3.1.3) can't load signatures in the bundle format into any registry that checks manifests: it",
    "  sends their manifests without their blobs. Signatures by the tag scheme are saved and loaded.",
    "- Docker, podman, buildah and ctr delete only what is local.",
    "",
    "## What was tested",
    "",
    ...sections,
  ].join("\n");
}

const uploads = (own: readonly Finding[]): readonly string[] =>
  own.filter(({ tags }) => tags.includes("upload")).map(({ sentence }) => sentence.replace(UPLOAD, ""));

function cell(own: readonly Finding[], tag: string): string {
  const findings = own.filter(({ tags }) => tags.includes(tag));
  if (findings.length === 0) return "–";
  return findings.every(({ passed }) => passed) ? "yes" : "**no**";
}

const sentenceOf = ({ sentence, passed }: Finding): string => `- ${passed ? "" : "**fails:** "}${sentence}`;

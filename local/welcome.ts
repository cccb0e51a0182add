import type { Audience } from "./start.ts";

export interface Welcome {
  readonly version: string;
  readonly url: string;
  readonly data: string;
  /** of the first administrator, the secret is told here and nowhere else */
  readonly audience: Audience;
  /** other machines reach it */
  readonly isPublic: boolean;
}

/** Where it listens on all addresses: no client can be told to go there. */
const ALL_ADDRESSES = /^(https?:\/\/)(?:0\.0\.0\.0|\[::\])(?=:|\/|$)/;

/** What to type next, for the one who has just started a registry. */
export function welcome({ version, url, data, audience, isPublic }: Welcome): string {
  const { host, protocol } = new URL(url.replace(ALL_ADDRESSES, "$1localhost"));
  const login = audience.kind === "known" ? [`  docker login ${host}`] : [];
  const credentials = audience.kind === "known" ? "--user NAME " : "";
  const lines = [
    `Berth ${version} serves ${url} from ${data}`,
    "",
    "Push an image to it and list what it has:",
    ...login,
    `  docker tag alpine ${host}/alpine`,
    `  docker push ${host}/alpine`,
    `  curl ${credentials}${protocol === "https:" ? "--insecure " : ""}${protocol}//${host}/v2/_catalog`,
    "",
    "Stop it with Ctrl+C; requests that are running are finished first.",
  ];
  return `${[...lines, ...warnings({ protocol, audience, isPublic }), ...firstLogin(audience)].join("\n")}\n`;
}

function warnings({
  protocol,
  audience,
  isPublic,
}: Pick<Welcome, "audience" | "isPublic"> & { protocol: string }) {
  if (!isPublic) return [];
  if (audience.kind === "everyone")
    return ["", "Everyone who reaches this port may push and delete: nobody is asked who they are."];
  return protocol === "https:" ? [] : ["", PLAIN];
}

const PLAIN =
  "This port speaks HTTP: passwords and tokens can be read on their way, unless a proxy with TLS is in front.";

function firstLogin(audience: Audience): readonly string[] {
  if (audience.kind === "everyone" || audience.firstAdmin === "exists") return [];
  return [
    "",
    "There is a first administrator now. Its access key is shown this once; keep it where passwords are kept:",
    "  name    admin",
    `  secret  ${audience.firstAdmin.secret}`,
  ];
}

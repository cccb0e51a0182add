export interface Welcome {
  readonly version: string;
  readonly url: string;
  readonly data: string;
  readonly isPublic: boolean;
}

/** What to type next, for the one who has just started a registry. */
export function welcome({ version, url, data, isPublic }: Welcome): string {
  const { host, protocol } = new URL(url);
  const lines = [
    `Berth ${version} serves ${url} from ${data}`,
    "",
    "Push an image to it and list what it has:",
    `  docker tag alpine ${host}/alpine`,
    `  docker push ${host}/alpine`,
    `  curl ${protocol === "https:" ? "--insecure " : ""}${url}/v2/_catalog`,
    "",
    "Stop it with Ctrl+C; requests that are running are finished first.",
  ];
  if (isPublic)
    lines.push("", "Everyone who reaches this port may push and delete: there is no authentication.");
  return `${lines.join("\n")}\n`;
}

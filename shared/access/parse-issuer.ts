import type { Complain } from "./complaints.ts";
import type { Node, TextNode } from "./document.ts";
import { readFields, readText, readTexts } from "./fields.ts";
import type { Issuer } from "./policy.ts";
import { short } from "./short.ts";

export interface IssuerOptions {
  /** also issuers at `http://` on this machine: for tests */
  readonly loopback?: boolean;
}

export function readIssuer(
  name: string,
  node: Node,
  options: IssuerOptions,
  complain: Complain,
): Issuer | undefined {
  const fields = readFields(node, { needed: ["url", "audience"] }, complain);
  const [urlNode, audienceNode] = [fields.get("url"), fields.get("audience")];
  const audience = audienceNode ? readTexts(audienceNode, (text) => text, complain) : [];
  const issuer =
    urlNode && readText(urlNode, (text, at) => readAddress(text, at, options, complain), complain);
  return issuer === undefined ? undefined : { name, issuer, audience };
}

/** OpenID Connect Discovery 1.0 § 3: https, no query, no fragment. It is kept as it is: tokens have it letter for letter. */
function readAddress(
  text: string,
  node: TextNode,
  { loopback = false }: IssuerOptions,
  complain: Complain,
): string | undefined {
  const url = URL.parse(text);
  const isPlain = loopback && url?.protocol === "http:" && LOOPBACK.has(url.hostname);
  if (
    !url ||
    !(url.protocol === "https:" || isPlain) ||
    /[?#\s]/.test(text) ||
    url.username ||
    url.password
  ) {
    complain(
      node,
      `'${short(text)}' must be an issuer's address: https, without query, fragment or password`,
    );
    return undefined;
  }
  return text;
}

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Two that have address and audience in common would be one, and nobody could tell by which name a rule means it. */
export function complainOfTwins(issuers: ReadonlyMap<Node, Issuer>, complain: Complain): void {
  const seen = new Map<string, string>();
  for (const [node, { name, issuer, audience }] of issuers) {
    const marks = audience.map((each) => JSON.stringify([issuer, each]));
    const twin = marks.map((mark) => seen.get(mark)).find((other) => other !== undefined);
    if (twin !== undefined) {
      complain(node, `this is the same issuer for the same audience as ${short(twin)}`);
    }
    for (const mark of marks) seen.set(mark, seen.get(mark) ?? name);
  }
}

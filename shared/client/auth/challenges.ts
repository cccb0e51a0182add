/** How a registry wants to be asked. */
export interface Challenge {
  /** in lower case: `basic`, `bearer` */
  readonly scheme: string;
  /** names in lower case */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** RFC 9110 § 11.2: a parameter, whose value is a token or quoted. */
const PARAMETER = new RegExp(`\\s*(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))\\s*(?:,|$)`, "y");
const SCHEME = new RegExp(`[\\s,]*(${TOKEN})(?:\\s+|\\s*,|$)`, "y");

/** RFC 9110 § 11.6.1: WWW-Authenticate, with all challenges of it; what can't be understood ends the list. */
export function parseChallenges(header: string | undefined): readonly Challenge[] {
  const text = header ?? "";
  const challenges: Challenge[] = [];
  let at = 0;
  while (at < text.length) {
    SCHEME.lastIndex = at;
    const scheme = SCHEME.exec(text)?.[1];
    if (scheme === undefined) break;
    at = SCHEME.lastIndex;
    const parameters = new Map<string, string>();
    for (;;) {
      PARAMETER.lastIndex = at;
      const [, name, quoted, plain = ""] = PARAMETER.exec(text) ?? [];
      if (name === undefined) break;
      at = PARAMETER.lastIndex;
      parameters.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, "$1") ?? plain);
    }
    challenges.push({ scheme: scheme.toLowerCase(), parameters });
  }
  return challenges;
}

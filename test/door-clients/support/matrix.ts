/** The rows and columns of docs/door-clients.md. */

export const ARRANGEMENTS = ["API only", "API and door", "edge"] as const;
/** how a registry on AWS is put together: see docs/deploy.md */
export type Arrangement = (typeof ARRANGEMENTS)[number];

export const SIZES = { "1 MB": 1_000_000, "20 MB": 20_000_000, "1 GiB": 1024 ** 3, "6 GiB": 6 * 1024 ** 3 };
/** of a layer that no compression shrinks */
export type Size = keyof typeof SIZES;

/** What a client does that decides where it can push. */
export interface Abilities {
  readonly name: string;
  /** sends a blob in pieces that each fit a request to the API */
  readonly inPieces?: true;
  /** sends no upload to another host than the registry's */
  readonly oneHost?: true;
  /** bytes of the largest package that it takes at all, from anywhere */
  readonly largest?: number;
  /** never ends when its PUT is refused before it is whole */
  readonly hangs?: true;
  /** tried with 6 GiB, too */
  readonly with6GiB?: true;
  /** 1 GiB of it is in the gate */
  readonly inGate?: true;
}

/** With base64 and the event around it below the 6 MB of an invocation. */
const LARGEST_API_BODY = 4_000_000;

/** Whether a layer of that size gets through. */
export function canPush(
  { inPieces, oneHost, largest = Number.POSITIVE_INFINITY }: Abilities,
  arrangement: Arrangement,
  size: Size,
): boolean {
  if (SIZES[size] > largest) return false;
  if (SIZES[size] <= LARGEST_API_BODY || arrangement === "edge") return true;
  return arrangement === "API only" ? inPieces === true : oneHost !== true;
}

/**
 * The sizes that a client is tried with; 6 GiB only where it gets through, since a refusal of 1 GiB tells as much. The gate
 * has those of 1 GiB that get through, of one client that sends a PATCH and one that sends a PUT.
 */
export function sizesFor(client: Abilities, arrangement: Arrangement, tier: string | undefined): Size[] {
  if (tier !== "full" && (client.inGate !== true || arrangement === "API only")) return [];
  if (tier !== "full") return ["1 GiB"];
  const sizes = Object.keys(SIZES) as Size[];
  const isWorthwhile = client.with6GiB === true && canPush(client, arrangement, "6 GiB");
  return sizes.filter((size) => size !== "6 GiB" || isWorthwhile);
}

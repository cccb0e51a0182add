/** The image that all teams push and pull. */
export const IMAGE = {
  /** layers that a push brings, and those that the registry has already */
  newLayers: 2,
  knownLayers: 6,
  layerMiB: 10,
  /** layers that a pull fetches: those that the client does not have yet */
  pulledLayers: 3,
} as const;

/** What a team does in a month. */
export interface Team {
  readonly name: string;
  readonly pushes: number;
  readonly pulls: number;
  /** GB of blobs, over the month */
  readonly storedGB: number;
  /** the share of the pulled bytes that leaves AWS; the rest stays in the region */
  readonly internetShare: number;
}

export const TEAMS: readonly Team[] = [
  { name: "small (5 people)", pushes: 200, pulls: 2000, storedGB: 10, internetShare: 0.5 },
  { name: "medium (30 people)", pushes: 3000, pulls: 40_000, storedGB: 200, internetShare: 0.2 },
  { name: "large (200 people)", pushes: 30_000, pulls: 600_000, storedGB: 2000, internetShare: 0.1 },
];

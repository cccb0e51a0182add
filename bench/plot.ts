import { PEER_NAMES, type PeerName } from "./peers.ts";
import type { Result, Run } from "./results.ts";
import { inFigures } from "./table.ts";

const COLOURS: Record<PeerName, string> = { berth: "#0b6e4f", distribution: "#8d99ae", zot: "#d9a441" };
const LABELS = 320;
const BARS = 420;
const WIDTH = 890;
const BAR = 14;
const GAP = 16;
const TOP = 60;

/** Bars, each group scaled to its longest: the groups have different units, only lengths within a group compare. */
export function svg({ results, peers, circumstances }: Run): string {
  const names = PEER_NAMES.filter((name) => peers.some((peer) => peer.name === name));
  const height = names.length * BAR + GAP;
  const groups = results.map((result, index) => group(result, names, TOP + index * height));
  const size = TOP + results.length * height + 30;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${size}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${size}" fill="#ffffff"/>`,
    text(16, 22, "Berth, distribution and zot side by side", 'font-size="15" font-weight="bold"'),
    ...names.map((name, index) => legend(name, LABELS + index * 110)),
    ...groups.flat(),
    text(
      16,
      size - 10,
      `${circumstances.date.slice(0, 10)}, ${circumstances.revision.slice(0, 12)}`,
      'fill="#666666"',
    ),
    "</svg>",
    "",
  ].join("\n");
}

const legend = (name: PeerName, x: number): string =>
  `<rect x="${x}" y="34" width="10" height="10" fill="${COLOURS[name]}"/>${text(x + 14, 43, name)}`;

function group({ measurement, medians }: Result, names: readonly PeerName[], top: number): string[] {
  const longest = Math.max(...medians.values());
  const better = measurement.unit === "MB" || measurement.unit === "ms" ? "less is better" : "more is better";
  return [
    text(16, top + 11, measurement.name, 'font-weight="bold"'),
    text(16, top + 25, `${measurement.unit}, ${better}`, 'fill="#666666"'),
    ...names.flatMap((name, index) => {
      const value = medians.get(name);
      if (value === undefined) return [];
      const [y, length] = [top + index * BAR, Math.max(1, (value / longest) * BARS)];
      return [
        `<rect x="${LABELS}" y="${y}" width="${length.toFixed(1)}" height="${BAR - 2}" fill="${COLOURS[name]}"/>`,
        text(LABELS + length + 6, y + 10, inFigures(value)),
      ];
    }),
  ];
}

const text = (x: number, y: number, content: string, attributes = ""): string =>
  `<text x="${x.toFixed(1)}" y="${y}" ${attributes}>${escaped(content)}</text>`;

const escaped = (content: string): string =>
  content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

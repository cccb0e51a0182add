import type { StoreContents } from "../../support/store-contents.ts";

/** A line for each thing that is stored, with all that is known of it: what changes shows in them. */
export const storedLines = ({ items, objects, multiparts, temporary }: StoreContents): readonly string[] =>
  [
    ...items.map(({ pk, sk, attributes }) => `item ${pk} ${sk} ${JSON.stringify(attributes, asText)}`),
    ...[...objects].map(([key, size]) => `object ${key} of ${size} bytes`),
    ...multiparts.map(({ key, id, parts }) => `upload ${key} ${id} ${[...parts].toSorted().join()}`),
    ...temporary.map((name) => `temporary file ${name}`),
  ].toSorted();

const asText = (_name: string, value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;

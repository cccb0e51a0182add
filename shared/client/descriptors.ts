import type { Descriptor } from "../oci/descriptor.ts";
import { parseDigest } from "../oci/digest.ts";
import { RegistryFailure } from "./failures.ts";
import type { Answer } from "./messages.ts";
import { listIn } from "./pages.ts";

/** The descriptors in an index. RegistryFailure where one is none. */
export const descriptorsIn = (page: Answer): readonly Descriptor[] =>
  listIn(page, "manifests").map((value) => descriptorOf(value, page));

function descriptorOf(value: unknown, page: Answer): Descriptor {
  const { mediaType, digest, size, artifactType, annotations } = (value ?? {}) as Readonly<
    Record<string, unknown>
  >;
  if (typeof mediaType !== "string" || typeof size !== "number") throw wrong(page);
  return {
    mediaType,
    digest: parsedDigest(digest, page),
    size,
    ...(typeof artifactType === "string" && { artifactType }),
    ...(isTexts(annotations) && { annotations }),
  };
}

function parsedDigest(value: unknown, page: Answer) {
  try {
    return parseDigest(String(value));
  } catch (cause) {
    throw wrong(page, cause);
  }
}

const wrong = ({ request }: Answer, cause?: unknown): RegistryFailure =>
  new RegistryFailure(`${request} answered an index with an entry that is no descriptor`, { cause });

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).every((text) => typeof text === "string");

import type { Digest } from "../../shared/oci/digest.ts";
import { Complaint } from "../complaint.ts";
import { openDockerArchive } from "./docker-archive.ts";
import { folderFiles, statOf } from "./files.ts";
import { openLayout } from "./layout.ts";
import type { Stretch } from "./stretch.ts";
import { tarFiles } from "./tar-files.ts";

/** An image, an index or an artifact that a source holds. */
export interface SourceImage {
  readonly mediaType: string;
  readonly digest: Digest;
  /** what the source calls it: `1.0`, `docker.io/library/alpine:latest`; may be none */
  readonly names: readonly string[];
}

/** What can be pushed, wherever it lies. */
export interface Source {
  /** for people */
  readonly name: string;
  readonly images: readonly SourceImage[];
  /** Undefined where the source lacks it. */
  readonly manifest: (digest: Digest) => Promise<Buffer | undefined>;
  readonly blob: (digest: Digest) => Promise<Stretch | undefined>;
}

/** Complaint where `path` holds nothing that can be pushed. */
export async function openSource(path: string): Promise<Source> {
  const found = await statOf(path);
  if (found === undefined) throw new Complaint(`${path} does not exist`);
  const files = found.isDirectory() ? folderFiles(path) : await tarFiles(path);
  // docker writes both beside each other: the layout says more.
  const source = files && ((await openLayout(files)) ?? (await openDockerArchive(files)));
  if (source !== undefined) return source;
  throw new Complaint(`${path} is no OCI image layout, no tar archive of one, and no archive of docker save`);
}

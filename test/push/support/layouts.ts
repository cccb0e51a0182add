import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OCI_INDEX, OCI_MANIFEST } from "../../../shared/oci/media-types.ts";
import { patterned } from "../../support/bodies.ts";

export interface Described {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface Entry extends Described {
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An OCI image layout in a folder (image-spec § OCI Image Layout), written here, so that no client has a part in it. */
export interface Layout {
  readonly folder: string;
  readonly addBlob: (bytes: Uint8Array, mediaType?: string) => Promise<Described>;
  /** A manifest with a config of its own; layers of so many patterned bytes where numbers are given. */
  readonly addImage: (layers: readonly (number | Described)[]) => Promise<Described>;
  readonly addIndex: (manifests: readonly Described[]) => Promise<Described>;
  /** Writes index.json, with a name for each entry that gets one. */
  readonly name: (
    ...entries: readonly (readonly [described: Described, ...names: string[]])[]
  ) => Promise<void>;
}

const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar";
const NAMES = ["org.opencontainers.image.ref.name", "io.containerd.image.name"];

export const sha256 = (bytes: Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export async function createLayout(folder: string): Promise<Layout> {
  await mkdir(join(folder, "blobs", "sha256"), { recursive: true });
  await writeFile(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  let made = 0;
  const addBlob = async (bytes: Uint8Array, mediaType = LAYER): Promise<Described> => {
    const digest = sha256(bytes);
    await writeFile(join(folder, "blobs", ...digest.split(":")), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const addJson = (value: object, mediaType: string) =>
    addBlob(Buffer.from(JSON.stringify(value)), mediaType);
  return {
    folder,
    addBlob,
    addImage: async (layers) => {
      made += 1;
      const described = await Promise.all(
        layers.map(async (layer, at) =>
          typeof layer === "number" ? addBlob(patterned(layer, `${folder} ${made} ${at}`)) : layer,
        ),
      );
      const config = await addJson({ architecture: "amd64", os: "linux", made, folder }, CONFIG);
      return addJson({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: described }, OCI_MANIFEST);
    },
    addIndex: (manifests) => addJson({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX),
    name: async (...entries) => {
      const manifests = entries.map(([described, ...names]): Entry => {
        const annotations = Object.fromEntries(names.map((name, at) => [NAMES[at] ?? "", name]));
        return names.length > 0 ? { ...described, annotations } : described;
      });
      await writeFile(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
    },
  };
}

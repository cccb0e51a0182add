import { rm } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { Content } from "../../clients/support/content.ts";
import { freshDirectory, type TestImage } from "../../clients/support/images.ts";
import { readLayout } from "../../clients/support/repository.ts";
import { imageOf } from "./image.ts";
import type { Abilities } from "./matrix.ts";

/** A client that is tried. */
export interface Client extends Abilities {
  readonly start: () => Promise<Running>;
}

/** A client with a store of its own. */
export interface Running {
  /** Takes a package with that much to where the client pushes from. `repository` is `host:port/name`. */
  readonly take: (bytes: number, repository: string) => Promise<Taken>;
  readonly stop: () => Promise<void>;
}

export interface Taken {
  readonly push: () => Promise<unknown>;
  /** the name under which it is in the registry then */
  readonly name: string;
  /** whether this is what was pushed */
  readonly isSame: (served: Content) => boolean;
  /** Pulls it afresh; whether it came back as it went. */
  readonly comesBack: () => Promise<boolean>;
  /** Removes what the client has of it. */
  readonly forget: () => Promise<void>;
}

interface LayoutCommands {
  /** where the client has to have an image in a store of its own first, under a name of that repository */
  readonly load?: (image: TestImage, repository: string) => Promise<unknown>;
  readonly push: (image: TestImage, name: string) => Promise<unknown>;
  readonly pull: (name: string, into: string) => Promise<unknown>;
  readonly forget?: (name: string) => Promise<unknown>;
  readonly stop?: () => Promise<void>;
}

/** A client that pushes images byte by byte as they are, and pulls them into OCI layouts. */
export const onLayouts = ({ load, push, pull, forget, stop }: LayoutCommands): Running => ({
  stop: async () => stop?.(),
  take: async (bytes, repository) => {
    const image = await imageOf(bytes);
    const name = `${repository}:${image.tag}`;
    const isSame = (content: Content): boolean => isDeepStrictEqual(content, image.content);
    await load?.(image, repository);
    return {
      name,
      isSame,
      push: () => push(image, name),
      comesBack: async () => {
        const into = await freshDirectory("pulled");
        await pull(name, into);
        const pulled = await readLayout(into);
        await rm(into, { recursive: true });
        return isSame(pulled);
      },
      forget: async () => void (await forget?.(name)),
    };
  },
});

interface StoreCommands {
  /** resolves with the image's id: the digest of its config, which names what is inside the layers */
  readonly load: (image: TestImage) => Promise<string>;
  readonly push: (id: string, name: string) => Promise<unknown>;
  /** resolves with the id of what was pulled */
  readonly pull: (name: string) => Promise<string>;
  readonly forgetAll: () => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/** A client that unpacks images into a store, and compresses layers anew when it pushes. */
export const onStore = ({ load, push, pull, forgetAll, stop }: StoreCommands): Running => ({
  stop,
  take: async (bytes, repository) => {
    const image = await imageOf(bytes);
    const name = `${repository}:${image.tag}`;
    const id = await load(image);
    return {
      name,
      isSame: ({ diffIds }) => isDeepStrictEqual(diffIds, image.content.diffIds),
      push: () => push(id, name),
      comesBack: async () => {
        await forgetAll();
        return (await pull(name)) === id;
      },
      forget: async () => void (await forgetAll()),
    };
  },
});

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { BlobFile } from "../content.ts";
import { type Contender, timed } from "./contender.ts";
import { installLibStorage, LIB_STORAGE } from "./lib-storage.ts";
import type { PlainAnswer, PlainOrder, PlainSettings } from "./plain-upload.ts";
import type { Place } from "./stores.ts";

const MIB = 1024 * 1024;
/** lib-storage's own defaults, and what the door has of each upload in its memory. */
const PARTS = {
  default: {},
  "as the door": { queueSize: 2, partSize: 16 * MIB },
} as const satisfies Record<string, PlainSettings["parts"]>;

export async function plain(parts: keyof typeof PARTS): Promise<Contender> {
  await installLibStorage();
  return {
    name: `lib-storage, ${parts}`,
    about: `\`Upload\` of ${LIB_STORAGE.package} ${LIB_STORAGE.version} from a file, ${words(PARTS[parts])}`,
    ways: ["PUT"],
    start: async (place) => {
      const child = await startPlain({ ...clientOf(place), parts: PARTS[parts] });
      return {
        pid: child.pid ?? 0,
        push: ({ blob }) => timed(() => order(child, blob)),
        stop: async () => {
          const ended = once(child, "close");
          child.kill("SIGKILL");
          await ended;
        },
      };
    },
  };
}

const words = ({ queueSize = 4, partSize = 5 * MIB }: PlainSettings["parts"]): string =>
  `${queueSize} parts of ${partSize / MIB} MiB at a time`;

const clientOf = ({ s3, region, name }: Place): Omit<PlainSettings, "parts"> => ({
  bucket: name,
  client: {
    region,
    endpoint: s3.endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
  },
});

async function startPlain(settings: PlainSettings): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, "plain-upload.ts"), [JSON.stringify(settings)]);
  await once(child, "message");
  // One for each upload that is under way.
  child.setMaxListeners(0);
  return child;
}

/** Keyed by the digest, of which an empty place has none. */
function order(child: ChildProcess, { path, digest: key }: BlobFile): Promise<{ commit: undefined }> {
  return new Promise((resolve, reject) => {
    const hear = (answer: PlainAnswer): void => {
      if (answer.key !== key) return;
      child.off("message", hear);
      if (answer.trouble === undefined) resolve({ commit: undefined });
      else reject(new Error(`lib-storage failed: ${answer.trouble}`));
    };
    child.on("message", hear);
    child.send({ path, key } satisfies PlainOrder);
  });
}

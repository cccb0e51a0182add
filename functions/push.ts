import { openWriting } from "./compose/writing.ts";

/** PUT and DELETE of manifests, DELETE of blobs. */
export const handler = await openWriting(process.env);

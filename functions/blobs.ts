import { openPulling } from "./compose/pulling.ts";

/** GET and HEAD of blobs. */
export const handler = await openPulling(process.env);

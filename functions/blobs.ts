import { openReading } from "./compose/reading.ts";

/** GET and HEAD of blobs. */
export const handler = await openReading(process.env);

import { openReading } from "./compose/reading.ts";

/** GET and HEAD of manifests. */
export const handler = await openReading(process.env);

import { openReading } from "./compose/reading.ts";

/** GET of referrers. */
export const handler = await openReading(process.env);

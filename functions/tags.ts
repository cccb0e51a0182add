import { openListing } from "./compose/listing.ts";

/** GET of tag lists, and of the catalog. */
export const handler = await openListing(process.env);

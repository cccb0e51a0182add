import { afterAll, beforeAll, describe } from "vitest";
import type { Blobs } from "../../shared/ports/blobs.ts";
import { listingContract } from "./blobs/listings.ts";
import { multipartContract } from "./blobs/multiparts.ts";
import { objectsContract } from "./blobs/objects.ts";
import { partRulesContract } from "./blobs/part-rules.ts";
import { racesContract } from "./blobs/races.ts";

/** An adapter to hold to the contract. */
export interface BlobsUnderTest {
  readonly blobs: Blobs;
  readonly close: () => Promise<void>;
}

/** What the port promises, and no more than S3 does. Every adapter passes it. */
export function blobsContract(adapter: string, openAdapter: () => Promise<BlobsUnderTest>): void {
  describe(`${adapter}: the Blob port`, () => {
    let test: BlobsUnderTest;
    beforeAll(async () => {
      test = await openAdapter();
    });
    afterAll(() => test.close());
    const blobs = (): Blobs => test.blobs;
    objectsContract(blobs);
    multipartContract(blobs);
    partRulesContract(blobs);
    racesContract(blobs);
    listingContract(blobs);
  });
}

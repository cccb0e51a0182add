import { afterAll, beforeAll, describe } from "vitest";
import type { Blobs } from "../../shared/ports/blobs.ts";
import { listingContract } from "./blobs/listings.ts";
import { multipartContract } from "./blobs/multiparts.ts";
import { objectsContract } from "./blobs/objects.ts";
import { partRulesContract } from "./blobs/part-rules.ts";
import { racesContract } from "./blobs/races.ts";

/** Where a server that stands in for S3 falls short of it; asserted where it can be, so that a cure shows. */
export interface BlobsTraits {
  /** keeps each object as a file: none may have a key below another's */
  readonly filesAreKeys?: boolean;
  /** can't go on after a full page of unfinished uploads */
  readonly oneUploadPage?: boolean;
  /** aborts in steps: a completion beside it may find a part missing rather than the upload gone */
  readonly stepwiseAborts?: boolean;
}

/** An adapter to hold to the contract. */
export interface BlobsUnderTest {
  readonly blobs: Blobs;
  readonly close: () => Promise<void>;
}

/** What the port promises, and no more than S3 does. Every adapter passes it. */
export function blobsContract(
  adapter: string,
  openAdapter: () => Promise<BlobsUnderTest>,
  traits: BlobsTraits = {},
): void {
  describe(`${adapter}: the Blob port`, () => {
    let test: BlobsUnderTest;
    beforeAll(async () => {
      test = await openAdapter();
    });
    afterAll(() => test.close());
    const blobs = (): Blobs => test.blobs;
    objectsContract(blobs, traits);
    multipartContract(blobs);
    partRulesContract(blobs);
    racesContract(blobs, traits);
    listingContract(blobs, traits);
  });
}

import { blobsContract } from "../../contract/blobs.contract.ts";
import { openAwsBlobs } from "../support/stores.ts";

// What versitygw can't do and S3 can; test/stores/s3-listing.test.ts holds our part of the second against its answers.
const traits = { filesAreKeys: true, oneUploadPage: true, stepwiseAborts: true };

blobsContract(
  "S3",
  async () => {
    const { blobs, close } = await openAwsBlobs();
    return { blobs, close: async () => close() };
  },
  traits,
);

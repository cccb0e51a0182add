import { expect, it } from "vitest";
import { systemClock } from "../../local/system-clock.ts";
import type { Answer, Ask, HttpClient } from "../../shared/client/messages.ts";
import { createRemoteUploads } from "../../shared/client/remote-uploads.ts";
import { withSend } from "../../shared/client/send.ts";
import { parseRepoName } from "../../shared/oci/names.ts";
import { caller } from "../support/domain.ts";

const repo = parseRepoName("team/app");
const MOST_RUNNING = 10_000;

/** A registry that takes whatever it is asked, without a socket: here it is asked ten thousand times. */
function takesAll(): HttpClient {
  const base = new URL("http://registry.example");
  const answer = ({ method, target }: Ask): Omit<Answer, "body"> => ({
    request: method,
    url: new URL(target, base),
    status: 202,
    header: (name) => (name === "location" ? "/v2/team/app/blobs/uploads/there" : undefined),
  });
  return withSend({
    base,
    open: async (ask) => ({ ...answer(ask), body: (async function* () {})(), close: () => {} }),
    close: () => {},
  });
}

it("of the uploads that go on elsewhere, the one is forgotten that was left alone the longest", async () => {
  const { now, random } = systemClock;
  const waiting = { now, random, pause: async () => {}, say: () => {} };
  const client = takesAll();
  const uploads = createRemoteUploads({ remote: () => ({ client, repo, waiting }), clock: systemClock });
  const begin = async () => ({ repo, caller, ...(await uploads.beginUpload({ repo, caller })) });
  const [busy, left] = [await begin(), await begin()];
  for (let more = 2; more < MOST_RUNNING; more += 1) await begin();
  await uploads.statUpload(busy);
  await begin();
  await expect(uploads.statUpload(busy)).resolves.toMatchObject({ offset: 0 });
  await expect(uploads.statUpload(left)).rejects.toMatchObject({ reason: "BLOB_UPLOAD_UNKNOWN" });
});

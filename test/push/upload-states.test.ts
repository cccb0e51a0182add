import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openUploadStates } from "../../local/client/upload-states.ts";
import { Complaint } from "../../local/complaint.ts";
import { sha256 } from "../support/domain.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const digest = sha256(Buffer.from("a layer"));
const upload = { location: new URL("http://127.0.0.1/upload"), offset: 0, leastPart: 0 };

async function openedIn(folder: string) {
  return openUploadStates({ folder, place: ["http://127.0.0.1", "team/app"] }, Date.now());
}

it("what can't be kept of an upload while it runs is told with the way out, as at the start", async () => {
  const temporary = await temporaryFolder();
  onTestFinished(() => temporary.remove());
  const folder = join(temporary.path, "uploads");
  const states = await openedIn(folder);
  await states.save(digest, upload);
  expect(await states.load(digest)).toMatchObject({ location: upload.location });
  expect(await readdir(folder)).toHaveLength(1);
  await temporary.remove();
  const failed = states.save(digest, upload);
  await expect(failed).rejects.toThrow(Complaint);
  await expect(failed).rejects.toThrow(
    /can't keep the state .*\(ENOENT\): name another folder with XDG_STATE_HOME/,
  );
});

it("what could not be put in its place leaves nothing behind", async () => {
  const temporary = await temporaryFolder();
  onTestFinished(() => temporary.remove());
  const { path: folder } = temporary;
  const states = await openedIn(folder);
  await states.save(digest, upload);
  const [name = ""] = await readdir(folder);
  await rm(join(folder, name));
  await mkdir(join(folder, name));
  await expect(states.save(digest, upload)).rejects.toThrow(Complaint);
  expect(await readdir(folder)).toEqual([name]);
});

it("what can't be removed when its upload is through is told in the same way", async () => {
  const temporary = await temporaryFolder();
  onTestFinished(() => temporary.remove());
  const folder = join(temporary.path, "uploads");
  const states = await openedIn(folder);
  await rm(folder, { recursive: true });
  await writeFile(folder, "");
  const failed = states.remove(digest);
  await expect(failed).rejects.toThrow(Complaint);
  await expect(failed).rejects.toThrow(/can't keep the state .*\(ENOTDIR\): name another folder/);
});

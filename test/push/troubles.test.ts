import { describe, expect, it } from "vitest";
import { ClientAbortedError, type HttpAnswer, type HttpRequest } from "../../shared/http/messages.ts";
import {
  answering,
  firstOf,
  gatewaySays,
  lengthOf,
  NOT_FOUND,
  refusing,
  TOO_LARGE,
  withHeader,
} from "../doctor/support/breaking.ts";
import type { Breaks } from "../doctor/support/patient.ts";
import { bodyOf, collect } from "../support/bodies.ts";
import { contentsOf, told, workshop } from "./support/pushing.ts";

const { layout, push, registry, states } = workshop();

const MIB = 1024 * 1024;
const UPLOAD = /\/blobs\/uploads\/.+/;

/** What a registry with this trouble is sent, in parts of 1 MiB, of an image with one layer of 3 MiB. */
async function pushedTo(breaks: Breaks, ...args: readonly string[]) {
  const [there, source] = [await registry(breaks), await layout()];
  const image = await source.addImage([3 * MIB]);
  await source.name([image]);
  const ended = await push(
    source.folder,
    `${there.host}/app:1`,
    "--part-size",
    "1m",
    "--parallel",
    "1",
    ...args,
  );
  const large = told(there.seen)
    .filter((line) => /uploads/.test(line))
    .slice(0, -2);
  return { ...ended, there, digest: image.digest, large, seen: [...there.seen] };
}

/** For the first `times` requests that are so. */
function times(count: number, isOf: (request: HttpRequest) => boolean) {
  let left = count;
  return (request: HttpRequest): boolean => {
    if (left === 0 || !isOf(request)) return false;
    left -= 1;
    return true;
  };
}
const isPatch = ({ method }: HttpRequest) => method === "PATCH";
const BUSY = gatewaySays(503, "Service Unavailable");
const PATCHES = ["PATCH blobs/uploads/… 202", "PATCH blobs/uploads/… 202", "PATCH blobs/uploads/… 202"];

describe("berth push and a registry that", () => {
  it("is busy: asks where the upload stands, after the time that Retry-After wants, and goes on", async () => {
    const when = times(1, isPatch);
    const busy = withHeader(BUSY, "Retry-After", "1");
    const { code, stdout, large } = await pushedTo(refusing({ when }, busy));
    expect(code).toBe(0);
    expect(stdout).toMatch(/answered 503 \(\{"message":"Service Unavailable"\}\): trying again in 1\.0 s\n/);
    expect(large).toEqual([
      "POST blobs/uploads/ 202",
      "PATCH blobs/uploads/… 503",
      "GET blobs/uploads/… 204",
      ...PATCHES,
      "PUT blobs/uploads/… 201",
    ]);
  });

  it("takes a part whose answer gets lost: does not send it again", async () => {
    const when = times(1, isPatch);
    const { code, large } = await pushedTo(answering({ when }, () => BUSY));
    expect(code).toBe(0);
    expect(large.filter((line) => line.startsWith("PATCH"))).toEqual([
      "PATCH blobs/uploads/… 503",
      ...PATCHES.slice(1),
    ]);
  });

  it("commits and loses the answer: the second PUT, or a look, finds the blob", async () => {
    const isCommit = ({ method, query }: HttpRequest) => method === "PUT" && query.includes("digest=");
    const once = await pushedTo(answering({ when: times(1, isCommit) }, () => BUSY));
    expect({ code: once.code, large: once.large.slice(-2) }).toEqual({
      code: 0,
      large: ["PUT blobs/uploads/… 503", "PUT blobs/uploads/… 201"],
    });
    const forgot = await pushedTo(answering({ when: times(1, isCommit) }, () => NOT_FOUND));
    expect(forgot.code).toBe(0);
    expect(forgot.large.filter((line) => line.startsWith("PATCH"))).toEqual(PATCHES);
  });

  it("forgets the upload: begins again", async () => {
    const when = times(1, (request) => isPatch(request) && firstOf(request) > 0);
    const { code, large, there } = await pushedTo(refusing({ when }, NOT_FOUND));
    expect(code).toBe(0);
    expect(large.filter((line) => line.startsWith("POST"))).toHaveLength(2);
    expect(await contentsOf(there, "app", "1")).toHaveLength(3);
  });

  it("forgets every upload: gives up with 1, and leaves no tag", async () => {
    const { code, stderr, seen } = await pushedTo(refusing({ method: "PATCH" }, NOT_FOUND));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^berth: the upload of sha256:\w+ came to nothing 3 times: .*\n$/),
    });
    expect(told(seen).filter((line) => line.startsWith("PATCH"))).toHaveLength(3);
    expect(told(seen).filter((line) => line.startsWith("PUT manifests"))).toEqual([]);
    expect(states()).toEqual([]);
  });

  it("keeps half of a part: goes on from there, whether it says so with 202 or 416", async () => {
    for (const status of [202, 416]) {
      const when = times(1, isPatch);
      const { code, seen, there } = await pushedTo((handler) => async (request) => {
        if (!when(request)) return handler(request);
        const half = (await collect(request.body)).subarray(0, MIB / 2);
        const header = (name: string) =>
          name === "content-range"
            ? `0-${half.length - 1}`
            : name === "content-length"
              ? String(half.length)
              : request.header(name);
        const answer = await handler({ ...request, header, body: bodyOf(half) });
        return { ...answer, status };
      });
      expect(code).toBe(0);
      const ranges = seen.filter(({ method }) => method === "PATCH").map(({ range }) => range);
      expect(ranges.slice(0, 2)).toEqual(["0-1048575", "524288-1572863"]);
      expect(await contentsOf(there, "app", "1")).toHaveLength(3);
    }
  });

  it("keeps one byte, which it can't tell from none", async () => {
    const when = times(1, isPatch);
    const { code, there } = await pushedTo((handler) => async (request) => {
      if (!when(request)) return handler(request);
      const one = (await collect(request.body)).subarray(0, 1);
      const header = (name: string) =>
        name === "content-range" ? "0-0" : name === "content-length" ? "1" : request.header(name);
      await handler({ ...request, header, body: bodyOf(one) });
      return BUSY;
    });
    expect(code).toBe(0);
    expect(await contentsOf(there, "app", "1")).toHaveLength(3);
  });

  it("holds other bytes than were sent: begins again", async () => {
    const when = times(1, isPatch);
    const { code, large, there } = await pushedTo((handler) => async (request) => {
      if (!when(request)) return handler(request);
      return handler({ ...request, body: bodyOf((await collect(request.body)).fill(0)) });
    });
    expect(code).toBe(0);
    expect(large).toContain("PUT blobs/uploads/… 400");
    expect(await contentsOf(there, "app", "1")).toHaveLength(3);
  });
});

describe("berth push and requests that are too large", () => {
  const above = (bytes: number): Breaks =>
    refusing({ method: "PATCH", when: (request) => lengthOf(request) > bytes }, TOO_LARGE);

  it("goes on with parts of 4 MiB, and says so once", async () => {
    const [there, source] = [await registry(above(4 * MIB)), await layout()];
    await source.name([await source.addImage([9 * MIB, 10 * MIB])]);
    const { code, stdout } = await push(source.folder, `${there.host}/app:1`);
    expect(code).toBe(0);
    expect(stdout.match(/larger requests don't get through: going on with parts of 4 MiB/g)).toHaveLength(1);
    expect(await contentsOf(there, "app", "1")).toHaveLength(4);
  });

  it("does so too where a large request is cut, again and again, instead of refused", async () => {
    const cutting: Breaks = (handler) => async (request) => {
      if (request.method !== "PATCH" || lengthOf(request) <= 4 * MIB) return handler(request);
      throw new ClientAbortedError("cut");
    };
    const [there, source] = [await registry(cutting), await layout()];
    await source.name([await source.addImage([9 * MIB])]);
    const { code, stdout } = await push(source.folder, `${there.host}/app:1`);
    expect(code).toBe(0);
    expect(stdout.match(/got no whole answer/g)).toHaveLength(2);
    expect(stdout).toMatch(/going on with parts of 4 MiB/);
    expect(await contentsOf(there, "app", "1")).toHaveLength(3);
  });

  it("gives up with 2 where no smaller part can be sent", async () => {
    const { code, stderr } = await pushedTo(above(MIB / 2));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/answered 413 .*no larger body/),
    });
  });

  it("never sends parts smaller than the registry wants them", async () => {
    const wanting = answering({ method: "POST" }, (answer) =>
      withHeader(answer, "OCI-Chunk-Min-Length", "2097152"),
    );
    const { code, seen } = await pushedTo(wanting);
    expect(code).toBe(0);
    const parts = seen.filter(({ method }) => method === "PATCH").map(({ bytes }) => bytes);
    expect(parts).toEqual([2 * MIB, MIB]);
  });
});

describe("berth push and the address of an upload", () => {
  it("uses it as it came: on another host, its query in its order", async () => {
    const queries: string[] = [];
    let port = "";
    const elsewhere: Breaks = (handler) => async (request) => {
      if (UPLOAD.test(request.path)) queries.push(`${request.header("host")} ${request.query}`);
      const answer = await handler(request);
      port = request.header("host")?.split(":")[1] ?? "";
      const location = answer.headers["Location"];
      return location?.includes("?secret=") === true
        ? withHeader(answer, "Location", door(location))
        : answer;
    };
    const door = (location: string) => `http://localhost:${port}${location}&z=%2F&a=1`;
    const { code } = await pushedTo(elsewhere);
    expect(code).toBe(0);
    expect(queries[0]).toMatch(/^localhost:\d+ secret=[\w-]{43}&z=%2F&a=1$/);
    expect(queries[3]).toMatch(/^localhost:\d+ secret=[\w-]{43}&z=%2F&a=1&digest=sha256:[0-9a-f]{64}$/);
  });

  it("is in no error, not even where the registry quotes it", async () => {
    const quoting = (request: HttpRequest): HttpAnswer =>
      gatewaySays(403, `no right to ${request.path}?${request.query}`);
    for (const method of ["PATCH", "PUT"]) {
      const { code, stdout, stderr } = await pushedTo(
        (handler) => async (request) =>
          request.method === method && UPLOAD.test(request.path) ? quoting(request) : handler(request),
      );
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/answered 403/) });
      expect(stdout + stderr).not.toMatch(/secret|[\w-]{43}(?![\w-])/);
    }
  });
});

describe("berth push is refused: it ends with 2 and says why", () => {
  const cases = [
    ["a login", gatewaySays(401, "Unauthorized"), /wants a login, or another one/],
    ["no right", gatewaySays(403, "Forbidden"), /answered 403 .*Forbidden/],
    [
      "another place",
      withHeader(gatewaySays(301, ""), "Location", "https://other.example/v2/?a=b"),
      /sends us to https:\/\/other\.example; go there/,
    ],
    ["anything else", gatewaySays(405, "Method Not Allowed"), /answered 405/],
  ] as const;
  it.each(cases)("%s", async (_what, answer, says) => {
    const { code, stderr } = await pushedTo(refusing({ method: "POST" }, answer));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(says) });
  });

  it("with --json too", async () => {
    const { code, stdout } = await pushedTo(refusing({ method: "POST" }, NOT_FOUND), "--json");
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: "refused",
      error: expect.stringMatching(/POST \/v2\/app\/blobs\/uploads\/ answered 404/),
      blobs: { sent: 0, resumed: 0, present: 0 },
    });
  });
});

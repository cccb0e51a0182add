import { describe, expect, it } from "vitest";
import { ABSENT } from "../spec/support/content.ts";
import { deploy } from "./support/deploy.ts";

const DOOR = "https://door.example.com";
const PATH = /^\/v2\/a\/b\/blobs\/uploads\/[0-9a-f-]+\?secret=[\w-]{43}$/;

describe("issue: POST of an upload decides by what its client can do", () => {
  const locationFor = async (headers: Record<string, string>, query = "") => {
    const berth = deploy({ uploadDoor: DOOR });
    const response = await berth.fetch(`/v2/a/b/blobs/uploads/${query}`, { method: "POST", headers });
    expect(response.status).toBe(202);
    return response.headers.get("Location") ?? "";
  };

  it.each([
    "docker/29.7.0 go/go1.25 git-commit/1 kernel/6.8 os/linux arch/amd64",
    "containerd/2.3.0+unknown",
    "go-containerregistry/v0.21.0",
    "containers/5.40.0 (github.com/containers/image)",
    "regclient/regctl (v0.11.0)",
    "jib",
    "",
  ])("sends it to the door: %s", async (agent) => {
    const location = await locationFor({ "user-agent": agent });
    expect(location.slice(0, DOOR.length)).toBe(DOOR);
    expect(location.slice(DOOR.length)).toMatch(PATH);
  });

  it.each(["oras/1.3.3+Homebrew", "oras-go", "Helm/4.2.2", "notation/1.3.2"])(
    "lets it stay on the registry's host, where its client takes no other: %s",
    async (agent) => {
      expect(await locationFor({ "user-agent": agent })).toMatch(PATH);
    },
  );

  it("lets it stay on the registry's host behind the edge, which has the door behind it, too", async () => {
    expect(await locationFor({ "user-agent": "docker/29.7.0", "x-berth-edge": "1" })).toMatch(PATH);
  });

  it("sends what could not be mounted to the door, too", async () => {
    const location = await locationFor({}, `?mount=${ABSENT}&from=c/d`);
    expect(location.slice(0, DOOR.length)).toBe(DOOR);
  });

  it("keeps every upload where it is, where there is no door", async () => {
    const response = await deploy().fetch("/v2/a/b/blobs/uploads/", { method: "POST" });
    expect(response.headers.get("Location")).toMatch(PATH);
  });

  it.each([
    { at: "the door", door: DOOR, headers: {}, parts: "5242880-134217728" },
    {
      at: "the door behind the edge",
      door: DOOR,
      headers: { "x-berth-edge": "1" },
      parts: "5242880-134217728",
    },
    { at: "the API, behind the edge", door: "", headers: { "x-berth-edge": "1" }, parts: null },
    { at: "the API", door: DOOR, headers: { "user-agent": "oras/1.3.3" }, parts: null },
    { at: "the API, without a door", door: "", headers: {}, parts: null },
  ])("says that parts can be sent in parallel where they fit: $at", async ({ door, headers, parts }) => {
    const berth = deploy({ uploadDoor: door });
    const response = await berth.fetch("/v2/a/b/blobs/uploads/", { method: "POST", headers });
    expect(response.headers.get("Berth-Parallel-Parts")).toBe(parts);
  });
});

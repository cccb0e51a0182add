import { describe, expect, it } from "vitest";
import { parseScopes, scopeText } from "../../shared/auth/scope.ts";
import { OciError } from "../../shared/oci/errors.ts";

const read = (...params: readonly string[]) => parseScopes(params).map(scopeText);

describe("scopes", () => {
  it("are those of every parameter, and of every text between spaces", () => {
    expect(read("repository:a:pull repository:b:pull,push", " repository:c:delete  ")).toEqual([
      "repository:a:pull",
      "repository:b:pull,push",
      "repository:c:delete",
    ]);
  });

  it("of one repository are one", () => {
    expect(read("repository:a:push repository:b:pull", "repository:a:delete,pull")).toEqual([
      "repository:a:pull,push,delete",
      "repository:b:pull",
    ]);
  });

  it("may have a class, which says nothing", () => {
    expect(read("repository(plugin):shop/a:pull")).toEqual(["repository:shop/a:pull"]);
  });

  it("ask with a star for all that can be done with a repository", () => {
    expect(read("repository:a:*")).toEqual(["repository:a:pull,push,delete"]);
  });

  it("may be of the catalog and of the administration", () => {
    expect(read("registry:catalog:*", "registry:berth:admin", "registry:catalog:*")).toEqual([
      "registry:catalog:*",
      "registry:berth:admin",
    ]);
  });

  it.each([
    ["an unknown action", "repository:a:fly"],
    ["the right to administer, of a repository", "repository:a:admin"],
    ["an unknown type", "artifact:a:pull"],
    ["a type that begins the same", "repositoryx:a:pull"],
    ["a registry of another name", "registry:other:*"],
    ["no name", "repository::pull"],
    ["no actions", "repository:a:"],
    ["no colons", "repository"],
    ["nothing", ""],
    ["every repository", "repository:*:pull"],
    ["all below a prefix", "repository:shop/**:pull"],
    ["a host and its port", "repository:localhost:5000/a:pull"],
    ["a quote", 'repository:a"b:pull'],
    ["a path that climbs", "repository:shop/../other:pull"],
    ["an escape", "repository:shop%2Fa:pull"],
    ["letters that look alike", "repository:ѕhop/a:pull"],
    ["a capital", "repository:Shop/a:pull"],
    ["a line break", "repository:a\nb:pull"],
    ["more than a name's length", `repository:${"a".repeat(256)}:pull`],
  ])("with %s are left out", (_, scope) => {
    expect(read(`repository:ok:pull`, scope)).toEqual(["repository:ok:pull"]);
  });

  it("keep a colon of the name out of the actions", () => {
    expect(read("repository:a:pull:pull,push")).toEqual([]);
  });

  it("are refused where there are more than a hundred", () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => `repository:a${at}:pull`);
    expect(read(many(100).join(" "))).toHaveLength(100);
    expect(() => read(...many(101))).toThrow(OciError);
  });
});

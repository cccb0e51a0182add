import type { Item } from "../../shared/ports/table.ts";
import { type AccessKeyId, type AccountName, keys } from "../../shared/registry/keyspace.ts";
import type { Audit, Rule, Subject } from "./store-rule.ts";

/** People, robots and access keys: what is there is listed, and what is listed is there. */
export const IDENTITY_RULES: Readonly<Record<string, Rule>> = {
  "PERSON PERSON": ({ find, require }, { owner }) => {
    require(find(keys.people(owner as AccountName)) !== undefined, "PEOPLE lacks it");
    require(find(keys.robot(owner as AccountName)) === undefined, "a robot has its name");
  },
  "ROBOT ROBOT": ({ find, require }, { owner }) =>
    require(find(keys.robots(owner as AccountName)) !== undefined, "ROBOTS lacks it"),
  PEOPLE: ({ find, require }, { item }) =>
    require(find(keys.person(item.sk as AccountName)) !== undefined, "there is no such person"),
  ROBOTS: ({ find, require }, { item }) =>
    require(find(keys.robot(item.sk as AccountName)) !== undefined, "there is no such robot"),
  "ACCESSKEY KEY": accessKey,
  ACCESSKEYS: ({ find, require }, { item }) => {
    const [owner = "", id = ""] = item.sk.split("#");
    const found = find(keys.accessKey(id as AccessKeyId));
    require(found !== undefined && text(found, "owner") === owner, "its owner has no such access key");
  },
};

const text = ({ attributes }: Item, name: string): string => String(attributes[name]);

function accessKey({ find, require }: Audit, { item, owner }: Subject): void {
  const name = text(item, "owner") as AccountName;
  const holder = text(item, "kind") === "person" ? keys.person(name) : keys.robot(name);
  require(find(holder) !== undefined, "its owner is gone");
  require(find(keys.accessKeys(name, owner as AccessKeyId)) !== undefined, "ACCESSKEYS lacks it");
}

import type { Policy } from "../../shared/access/policy.ts";

/** `5 rules, 2 groups, 1 issuer` */
export const inNumbers = ({ rules, groups, issuers }: Policy): string =>
  [counted(rules.length, "rule"), counted(groups.size, "group"), counted(issuers.length, "issuer")].join(
    ", ",
  );

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

import type { ServerResponse } from "node:http";

/** Issuers that a policy may well name, and that give no keys: by what is wrong with them. */
export const BAD_ISSUERS = ["silent", "dripping", "endless", "broken", "redirecting"] as const;
export type BadIssuer = (typeof BAD_ISSUERS)[number];

type Page = (response: ServerResponse) => void;

const ANSWERS: Readonly<Record<BadIssuer, Page>> = {
  silent: () => {},
  dripping: (response) => {
    const timer = setInterval(() => response.write(" "), 100);
    response.on("close", () => clearInterval(timer));
  },
  endless: (response) => void response.end(`{"issuer":"${"x".repeat(1_000_000)}"}`),
  broken: (response) => void response.writeHead(500).end("<html>"),
  redirecting: (response) => void response.writeHead(302, { Location: "https://127.0.0.1:9/" }).end(),
};

/** What they answer below `url`, each under its name. */
export const badPagesOf = (url: string, path: string): Readonly<Record<string, Page>> =>
  Object.fromEntries(
    BAD_ISSUERS.map((name) => [`${new URL(`${url}/${name}`).pathname}${path}`, ANSWERS[name]]),
  );

#!/usr/bin/env node
import { text } from "node:stream/consumers";
import manifest from "../../package.json" with { type: "json" };
import { Complaint } from "../complaint.ts";
import { printable } from "../printable.ts";
import { systemClock } from "../system-clock.ts";
import { answerDocker } from "./protocol.ts";

/** What the SDK takes a while to load for is loaded where it is needed. */
async function passwordFor(registry: string): Promise<string> {
  const [{ awsCaller }, { signLogin }] = await Promise.all([
    import("./aws-credentials.ts"),
    import("./sign-login.ts"),
  ]);
  return signLogin(await awsCaller(process.env), registry, systemClock.now());
}

const [, , command = ""] = process.argv;
const input = command === "get" || command === "store" ? await text(process.stdin) : "";
try {
  console.log(await answerDocker(command, input, { passwordFor, version: manifest.version }));
} catch (error) {
  if (!(error instanceof Complaint)) throw error;
  // Docker shows its user what a helper that fails has written to stdout.
  console.log(printable(error.message));
  process.exitCode = 1;
}

import { built, debian } from "../../clients/support/tools.ts";
import type { Client } from "./client.ts";
import { LARGEST_CHART, startHelm } from "./helm.ts";
import {
  startBerthPush,
  startCrane,
  startCtr,
  startOras,
  startRegctl,
  startSkopeo,
} from "./layout-clients.ts";
import { startDocker, startStorageTool } from "./store-clients.ts";

/** The rows of docs/door-clients.md. */
export const CLIENTS: readonly Client[] = [
  { name: "docker", start: startDocker, with6GiB: true },
  { name: "podman", start: () => startStorageTool("podman") },
  { name: "buildah", start: () => startStorageTool("buildah") },
  { name: "skopeo", start: startSkopeo },
  { name: "crane", start: startCrane, with6GiB: true, inGate: true },
  { name: "ctr (Debian)", start: () => startCtr(debian), hangs: true },
  { name: "ctr", start: () => startCtr(built) },
  // it falls back to pieces of 1 MiB where a whole blob is refused; told of pieces, it sends nothing else
  { name: "regctl", start: () => startRegctl(), inPieces: true, inGate: true },
  {
    name: "regctl --blob-chunk",
    start: () => startRegctl("--blob-max=3000000", "--blob-chunk=3000000"),
    inPieces: true,
  },
  { name: "oras", start: startOras, oneHost: true },
  { name: "helm", start: startHelm, oneHost: true, largest: LARGEST_CHART },
  { name: "berth push", start: startBerthPush, inPieces: true },
];

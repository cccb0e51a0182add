import { goTool } from "../../tools/go-tool.ts";
import { type OtherRegistry, startProgram } from "./program.ts";

/** go-containerregistry's own registry (`crane registry serve`), which keeps manifests in memory and asks nobody who they are. */
export const CRANE_REGISTRY: OtherRegistry = {
  name: "crane's registry",
  start: () =>
    startProgram(async ({ folder, port }) => {
      const crane = await goTool("crane");
      return [crane, "registry", "serve", "--address", `127.0.0.1:${port}`, "--disk", folder];
    }),
  logins: [],
  differences: ["blobs are everywhere", "tags outlive their manifest"],
};

import type { Phase } from "./requests.ts";
import type { ScriptName } from "./scripts.ts";
import type { StepKind } from "./steps.ts";

/** When the process is killed. */
export type Moment =
  | {
      readonly on: "step";
      readonly name: string;
      readonly kinds: readonly StepKind[];
      readonly phase: Phase;
      /** what brings it about */
      readonly scripts: readonly ScriptName[];
    }
  /** a large blob has just been joined from its parts, on the disk */
  | { readonly on: "join"; readonly name: string; readonly scripts: readonly ScriptName[] }
  | { readonly on: "time"; readonly name: string; readonly scripts: readonly [] }
  /** while the next process starts, too */
  | { readonly on: "start"; readonly name: string; readonly scripts: readonly [] };

export const MOMENTS: readonly Moment[] = [
  {
    on: "step",
    name: "in the middle of the body of a PATCH",
    kinds: ["append"],
    phase: "halfway",
    scripts: ["pushLargeByPatch", "pushInChunks"],
  },
  {
    on: "step",
    name: "after the last byte of a PATCH",
    kinds: ["append"],
    phase: "sent",
    scripts: ["pushByPatch", "pushInChunks", "pushLargeByPatch"],
  },
  {
    on: "step",
    name: "in the middle of the body of a closing PUT",
    kinds: ["commit"],
    phase: "halfway",
    scripts: ["pushLargeByPut"],
  },
  {
    on: "step",
    name: "after the last byte of a closing PUT",
    kinds: ["commit"],
    phase: "sent",
    scripts: ["pushByPut", "pushByPatch", "pushLargeByPut", "pushInChunks", "resume"],
  },
  {
    on: "join",
    name: "between joining the parts and linking the blob",
    scripts: ["pushLargeByPatch", "pushLargeByPut"],
  },
  {
    on: "step",
    name: "after the last byte of a POST that pushes a whole blob",
    kinds: ["push whole"],
    phase: "sent",
    scripts: ["pushWhole"],
  },
  {
    on: "step",
    name: "after the last byte of a manifest PUT",
    kinds: ["push manifest"],
    phase: "sent",
    scripts: ["pushImage", "pushIndex", "moveTag", "moveSharedTag"],
  },
  {
    on: "step",
    name: "while a manifest is deleted with its tags",
    kinds: ["delete manifest"],
    phase: "sent",
    scripts: ["deleteManyTags", "deleteManifest"],
  },
  {
    on: "step",
    name: "while a tag or a blob is deleted, mounted, or an upload cancelled",
    kinds: ["delete tag", "delete blob", "mount", "cancel"],
    phase: "sent",
    scripts: ["deleteTag", "deleteBlob", "mount", "cancel"],
  },
  { on: "time", name: "at any time", scripts: [] },
  { on: "start", name: "at any time, and while it starts again", scripts: [] },
];

type Variables = Readonly<Record<string, string | undefined>>;

/** zot can't be had from the Go module proxy everywhere, so a program of it is named by whoever has one. */
export const ZOT_VARIABLE = "BERTH_ZOT";
export const NO_ZOT = `name a zot (https://zotregistry.dev; its minimal build is enough) in ${ZOT_VARIABLE}`;

/** The gate, unlike the full tier and a run by hand, can do without. */
export const isZotForgiven = (variables: Variables): boolean =>
  variables[ZOT_VARIABLE] === undefined && variables["BERTH_TEST_TIER"] === "gate";

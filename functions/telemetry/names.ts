/** Under which logs, metrics and traces of all functions are found; a dashboard looks for the same. */
export const NAMESPACE = "Berth";
export const SERVICE = "berth";

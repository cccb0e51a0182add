import { content, image } from "../../spec/support/content.ts";

export const SECRET_BLOB = content("what nobody else should read");
export const IMAGE = image({ config: SECRET_BLOB });

import { isThisMachine } from "../client/this-machine.ts";
import { Complaint } from "../complaint.ts";

/** `host[:port]`, or an address: https, but for this machine, unless plain HTTP was asked for. */
export function parseAddress(text: string, plainHttp: boolean): URL {
  const [, scheme, host = ""] = /^(?:(https?):\/\/)?([^/?#@\s]+)\/?$/i.exec(text) ?? [];
  const url = URL.parse(`https://${host}`);
  if (url === null || host === "") {
    throw new Complaint(`'${text}' is no address of a registry: give one like registry.example.com`);
  }
  const isHere = isThisMachine(url.hostname);
  const isPlain = scheme === undefined ? plainHttp || isHere : scheme.toLowerCase() === "http";
  if (isPlain && !isHere && !plainHttp) {
    throw new Complaint(
      `'${text}' asks for HTTP without encryption: say --plain-http too where that is meant`,
    );
  }
  return new URL(`${isPlain ? "http" : "https"}://${host}/`);
}

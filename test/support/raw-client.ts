import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A client that says exactly what a test wants, and hears all that comes. */
export interface RawClient {
  readonly socket: Socket;
  readonly send: (text: string | Uint8Array) => void;
  /** Resolves with all that was heard so far, once that matches. */
  readonly heard: (pattern: RegExp) => Promise<string>;
  /** Resolves with all that was heard when the server has ended the connection, in whatever way. */
  readonly ended: Promise<string>;
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ host: "127.0.0.1", port });
  await once(socket, "connect");
  let text = "";
  socket.setEncoding("latin1").on("data", (piece: string) => {
    text += piece;
    socket.emit("heard");
  });
  // A reset is an end too; what matters is what was heard before it.
  socket.on("error", () => {});
  const ended = new Promise<string>((resolve) => socket.once("close", () => resolve(text)));
  return {
    socket,
    send: (piece) => void socket.write(piece),
    heard: async (pattern) => {
      while (!pattern.test(text)) {
        if (socket.closed) throw new Error(`the connection ended after: ${text}`);
        await Promise.race([once(socket, "heard"), ended]);
      }
      return text;
    },
    ended,
  };
}

/** Sends `text` and resolves with what the server says until it ends the connection. */
export async function converse(port: number, text: string): Promise<string> {
  const client = await rawClient(port);
  client.send(text);
  return client.ended;
}

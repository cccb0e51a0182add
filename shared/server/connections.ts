import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Exchange } from "./exchange.ts";

/** The open sockets, and the exchanges under way on them: who may time out, and what a shutdown waits for. */
export class Connections {
  readonly #sockets = new Set<Socket>();
  /** Usually one of a socket; more where a client pipelines. */
  readonly #exchanges = new Set<Exchange>();
  readonly #idleMilliseconds: number;
  #whenQuiet: (() => void) | undefined;

  constructor(idleMilliseconds: number) {
    this.#idleMilliseconds = idleMilliseconds;
  }

  opened(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  begin(exchange: Exchange): void {
    this.#exchanges.add(exchange);
  }

  end(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
    if (this.#exchanges.size === 0) this.#whenQuiet?.();
  }

  /**
   * Whether a socket without traffic for the idle time is to be dropped. Not while we owe the client an answer, and
   * not where the client's turn began only now: Node's timer counts from the last byte, and starts again after this.
   */
  isStalled(socket: Socket): boolean {
    const latest = performance.now() - this.#idleMilliseconds;
    return ![...this.#exchanges].some(
      (exchange) => exchange.socket === socket && (exchange.waitingSince ?? latest + 1) > latest,
    );
  }

  hasBegunAnswer(socket: Duplex): boolean {
    return [...this.#exchanges].some(
      (exchange) => exchange.socket === socket && exchange.response.headersSent,
    );
  }

  /** Resolves when no exchange is under way, or after `milliseconds`. */
  async quiet(milliseconds: number): Promise<"quiet" | "late"> {
    if (this.#exchanges.size === 0) return "quiet";
    const { promise, resolve } = Promise.withResolvers<"quiet" | "late">();
    const timer = setTimeout(resolve, milliseconds, "late");
    this.#whenQuiet = () => resolve("quiet");
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

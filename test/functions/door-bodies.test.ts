import { describe, expect, it } from "vitest";
import { afterBody } from "../../functions/door/after-body.ts";
import { inTime } from "../../functions/door/in-time.ts";
import { createByteBudget } from "../../functions/stores/byte-budget.ts";
import { empty } from "../../shared/http/answers.ts";
import type { HttpHandler, HttpRequest } from "../../shared/http/messages.ts";

const MIB = 1024 * 1024;

/** A PATCH whose body is so many chunks of a megabyte; `taken` counts what was read of it. */
function request(megabytes: number, afterEach = () => {}) {
  const taken = { megabytes: 0 };
  async function* body() {
    for (; taken.megabytes < megabytes; taken.megabytes += 1) {
      yield new Uint8Array(MIB);
      afterEach();
    }
  }
  const chunks = body();
  const asked: HttpRequest = {
    method: "PATCH",
    path: "/",
    query: "",
    header: () => undefined,
    // Whoever reads again goes on where the reading stopped.
    body: { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) },
  };
  return { asked, taken };
}

const answering =
  (status: number): HttpHandler =>
  async () =>
    empty(status, {});

/** Who shows no secret. */
const anyone = async () => false;

describe("an answer after the body", () => {
  it.each([202, 416, 500, 503])("reads what was not read of a body that is answered %i", async (status) => {
    const { asked, taken } = request(100);
    expect(await afterBody(answering(status), anyone)(asked)).toMatchObject({ status });
    expect(taken.megabytes).toBe(100);
  });

  it.each([400, 404, 405])(
    "reads what was not read where who shows the secret is answered %i",
    async (status) => {
      const { asked, taken } = request(100);
      let looks = 0;
      const knows = async () => (looks += 1) > 0;
      expect(await afterBody(answering(status), knows)(asked)).toMatchObject({ status });
      expect([taken.megabytes, looks]).toEqual([100, 1]);
    },
  );

  it.each([400, 404, 405])(
    "reads little more of what anyone can send that is answered %i, and gives no answer then",
    async (status) => {
      const { asked, taken } = request(100);
      await expect(afterBody(answering(status), anyone)(asked)).rejects.toThrow("too much");
      expect(taken.megabytes).toBeLessThan(3);
    },
  );

  it("answers 404 to a small one", async () => {
    expect(await afterBody(answering(404), anyone)(request(1).asked)).toMatchObject({ status: 404 });
  });
});

describe("the time of a request", () => {
  const reading: HttpHandler = async ({ body }) => {
    for await (const chunk of body) expect(chunk).toHaveLength(MIB);
    return empty(202, {});
  };

  it("cuts a body off half a minute before it is over, so that what came of it can be kept", async () => {
    let now = 0;
    const { asked, taken } = request(1000, () => {
      now += 1000;
    });
    await expect(inTime(reading, 900_000, () => now)(asked)).rejects.toThrow("longer than a request may");
    expect(taken.megabytes).toBe(871);
  });

  it("cuts nothing off where there is no limit", async () => {
    let now = 0;
    const { asked } = request(1000, () => {
      now += 1000;
    });
    expect(await inTime(reading, 0, () => now)(asked)).toMatchObject({ status: 202 });
  });
});

describe("memory that requests share", () => {
  it("is given in the order of asking, and never more than there is", async () => {
    const budget = createByteBudget(10);
    const given: number[] = [];
    const take = async (name: number, bytes: number) => {
      const release = await budget.take(bytes);
      given.push(name);
      return release;
    };
    const [first, second, third, fourth] = [take(1, 6), take(2, 4), take(3, 5), take(4, 1)];
    const release = await first;
    await second;
    expect(given).toEqual([1, 2]);
    release();
    release();
    await Promise.all([third, fourth]);
    expect(given).toEqual([1, 2, 3, 4]);
  });

  it("is given whole to who asks for more than there is", async () => {
    const budget = createByteBudget(10);
    const release = await budget.take(1000);
    const order: string[] = [];
    const later = (async () => {
      await budget.take(1);
      order.push("given");
    })();
    order.push("released");
    release();
    await later;
    expect(order).toEqual(["released", "given"]);
  });
});

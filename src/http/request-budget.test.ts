import { describe, expect, test } from '@jest/globals';
import { type CallerPools, MemoryPool, type PoolLimits, RequestBudget } from './request-budget.js';

const limits: PoolLimits = {
  capacityBytes: 100,
  shareBytes: 100,
  unfinishedOfOne: 2,
  placeSteps: 1,
  patienceSteps: 5,
  leastBytesPerStep: 1,
};
const createRoom = (strangers: Partial<PoolLimits> = {}): CallerPools => ({
  anonymous: new MemoryPool({ ...limits, ...strangers }),
  authenticated: new MemoryPool({ ...limits, capacityBytes: 1000, shareBytes: 1000 }),
  stepMs: 1000,
});
const refusedAs = (code: string) => expect.objectContaining({ name: 'FaceError', code });
const noRefusal = (error: unknown): never => {
  throw error;
};

test('one request is bound by its own limit, and all requests together by the pool’s capacity', () => {
  const room = createRoom();
  const first = new RequestBudget(room, 'a', 60);
  first.take(60);
  expect(() => first.take(1)).toThrow(refusedAs('body_too_large'));
  const second = new RequestBudget(room, 'b', 60);
  second.take(40);
  expect(() => second.take(1)).toThrow(refusedAs('overloaded'));
  first.release();
  second.take(20);
  second.release();
  expect(room.anonymous.heldBytes).toBe(0);
});

test('authentication moves the bytes of a request from the anonymous pool to the authenticated pool', () => {
  const room = createRoom();
  const allowance = new RequestBudget(room, 'a', 60);
  allowance.begin(noRefusal);
  allowance.take(50);
  allowance.promoteToAuthenticated('client', 500);
  expect([room.anonymous.heldBytes, room.authenticated.heldBytes]).toEqual([0, 50]);
  allowance.take(450);
  expect(() => allowance.take(1)).toThrow(refusedAs('body_too_large'));
  allowance.end();
  allowance.release();
  expect(room.authenticated.heldBytes).toBe(0);
});

test('a caller authenticated while the authenticated pool is full keeps its bytes in the anonymous pool', () => {
  const room = { ...createRoom(), authenticated: new MemoryPool({ ...limits, capacityBytes: 10 }) };
  const allowance = new RequestBudget(room, 'a', 60);
  allowance.take(50);
  expect(() => allowance.promoteToAuthenticated('client', 500)).toThrow(refusedAs('overloaded'));
  expect([room.anonymous.heldBytes, room.authenticated.heldBytes]).toEqual([50, 0]);
  allowance.release();
  expect([room.anonymous.heldBytes, room.authenticated.heldBytes]).toEqual([0, 0]);
});

test('bytes that arrive after the release are refused and not counted', () => {
  const room = createRoom();
  const allowance = new RequestBudget(room, 'a', 60);
  allowance.take(10);
  allowance.release();
  expect(() => allowance.take(10)).toThrow(refusedAs('request_malformed'));
  allowance.release();
  expect(room.anonymous.heldBytes).toBe(0);
});

describe('one source', () => {
  test('uses at most its share, with any number of requests', () => {
    const room = createRoom({ shareBytes: 30 });
    const held = [1, 2, 3].map(() => new RequestBudget(room, 'a', 60));
    for (const each of held) each.take(10);
    expect(() => new RequestBudget(room, 'a', 60).take(1)).toThrow(refusedAs('overloaded'));
    new RequestBudget(room, 'b', 60).take(30);
    for (const each of held) each.release();
    new RequestBudget(room, 'a', 60).take(30);
  });

  test('has a limit of unfinished bodies; finished bodies do not count', () => {
    const room = createRoom();
    const [first] = [1, 2].map(() => {
      const allowance = new RequestBudget(room, 'a', 60);
      allowance.begin(noRefusal);
      return allowance;
    });
    expect(() => new RequestBudget(room, 'a', 60).begin(noRefusal)).toThrow(refusedAs('overloaded'));
    new RequestBudget(room, 'b', 60).begin(noRefusal);
    first!.end();
    new RequestBudget(room, 'a', 60).begin(noRefusal);
  });
});

describe('if a pool is full', () => {
  const arrive = (pools: CallerPools, source: string, bytes: number) => {
    const refusals: unknown[] = [];
    const allowance = new RequestBudget(pools, source, 100);
    allowance.begin((error) => refusals.push(error));
    allowance.take(bytes);
    return { allowance, refusals };
  };

  test('the body that has been arriving for longest is evicted once it is overdue', () => {
    const room = createRoom();
    const oldest = arrive(room, 'a', 50);
    const next = arrive(room, 'b', 50);
    expect(() => arrive(room, 'c', 10)).toThrow(refusedAs('overloaded'));
    oldest.allowance.step();
    next.allowance.step();
    const fresh = arrive(room, 'd', 10);
    expect(oldest.refusals).toEqual([refusedAs('overloaded')]);
    expect(next.refusals).toEqual([]);
    expect(room.anonymous.heldBytes).toBe(60);
    expect(() => oldest.allowance.take(1)).toThrow(refusedAs('request_malformed'));
    for (const { allowance } of [oldest, next, fresh]) allowance.release();
    expect(room.anonymous.heldBytes).toBe(0);
  });

  test('a request does not evict itself, and a complete body is not evicted', () => {
    const room = createRoom();
    const own = arrive(room, 'a', 90);
    own.allowance.step();
    expect(() => own.allowance.take(10 + 1)).toThrow(refusedAs('body_too_large'));
    const whole = arrive(room, 'b', 10);
    own.allowance.end();
    whole.allowance.end();
    expect(() => arrive(room, 'c', 1)).toThrow(refusedAs('overloaded'));
    expect([...own.refusals, ...whole.refusals]).toEqual([]);
  });
});

import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import Database from 'libsql';
import { createSqliteChanges } from './sqlite.js';

const opened: Database.Database[] = [];
afterEach(() => {
  for (const database of opened.splice(0)) database.close();
});

/** Until what was begun waits for the disk. */
const turns = async (): Promise<void> => {
  await setImmediate();
  await setImmediate();
};

/** A table of one column, and a disk that answers when told to. */
function setUp() {
  const database = new Database(':memory:');
  opened.push(database);
  database.exec('create table line (text text not null)');
  const waiting: { answer: () => void; fail: () => void }[] = [];
  const sync = () =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ answer: resolve, fail: () => reject(new Error('EIO')) });
    });
  const copying: (() => void)[] = [];
  const checkpoint = () => new Promise<void>((resolve) => copying.push(resolve));
  const insert = database.prepare('insert into line values (?)');
  const changes = createSqliteChanges(database, { sync, checkpoint });
  const note = async (key: string, durability: 'durable' | 'relaxed', told: string[]): Promise<void> => {
    await changes.make(key, durability, () => insert.run(key));
    told.push(key);
  };
  const count = (): unknown => database.prepare('select count(*) from line').raw().get();
  return { changes, waiting, copying, note, count };
}

test('a durable change is confirmed after it is on the disk, a relaxed change at once', async () => {
  const { waiting, note, count } = setUp();
  const told: string[] = [];
  const all = [note('a', 'durable', told), note('b', 'relaxed', told)];
  await turns();
  expect(count()).toEqual([2]);
  expect(told).toEqual(['b']);
  waiting[0]!.answer();
  await Promise.all(all);
  expect(told).toEqual(['b', 'a']);
});

test('concurrent changes share one disk sync, and changes made during that sync share the next one', async () => {
  const { waiting, note } = setUp();
  const told: string[] = [];
  const first = Array.from({ length: 20 }, (_, index) => note(`first ${index}`, 'durable', told));
  await turns();
  const later = Array.from({ length: 20 }, (_, index) => note(`later ${index}`, 'durable', told));
  await turns();
  expect(waiting).toHaveLength(1);
  waiting[0]!.answer();
  await Promise.all(first);
  expect(told).toHaveLength(20);
  await setImmediate();
  expect(waiting).toHaveLength(2);
  waiting[1]!.answer();
  await Promise.all(later);
});

test('a read waits for the disk sync of the entry’s last durable change', async () => {
  const { changes, waiting, note } = setUp();
  const made = note('a', 'durable', []);
  await turns();
  let isSettled = false;
  const settled = changes.settled(['a']).then(() => {
    isSettled = true;
  });
  await changes.settled(['b']);
  expect(isSettled).toBe(false);
  waiting[0]!.answer();
  await Promise.all([made, settled]);
  expect(isSettled).toBe(true);
});

test('a failed disk sync is state_unavailable for waiting callers, and the next change is synced again', async () => {
  const { changes, waiting, note } = setUp();
  const unavailable = { code: 'state_unavailable' };
  const refused = expect(note('a', 'durable', [])).rejects.toMatchObject(unavailable);
  await turns();
  const asked = expect(changes.settled(['a'])).rejects.toMatchObject(unavailable);
  waiting[0]!.fail();
  await Promise.all([refused, asked]);
  await changes.settled(['a']);
  const again = note('a', 'durable', []);
  await turns();
  waiting[1]!.answer();
  await again;
});

test('a failed change starts a checkpoint, so that a full disk does not refuse all later changes', async () => {
  const { changes, copying } = setUp();
  const fail = () => {
    throw new Error('database or disk is full');
  };
  await expect(changes.make('a', 'relaxed', fail)).rejects.toMatchObject({ code: 'state_unavailable' });
  expect(copying).toHaveLength(1);
});

test('after many changes, the log is copied while changes continue, and then copied whole while they wait', async () => {
  const { changes, copying, note, count } = setUp();
  const told: string[] = [];
  await Promise.all(Array.from({ length: 1000 }, (_, index) => note(`first ${index}`, 'relaxed', told)));
  expect(copying).toHaveLength(1);
  await note('meanwhile', 'relaxed', told);
  copying[0]!();
  await turns();
  expect(copying).toHaveLength(2);
  const held = note('held', 'relaxed', told);
  await turns();
  expect(count()).toEqual([1001]);
  copying[1]!();
  await held;
  expect(count()).toEqual([1002]);
  await changes.close();
  expect(copying).toHaveLength(2);
});

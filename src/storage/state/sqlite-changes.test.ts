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
  const insert = database.prepare('insert into line values (?)');
  const changes = createSqliteChanges(database, { sync });
  const note = async (key: string, durability: 'durable' | 'relaxed', told: string[]): Promise<void> => {
    await changes.make(key, durability, () => insert.run(key));
    told.push(key);
  };
  const count = (): unknown => database.prepare('select count(*) from line').raw().get();
  return { changes, waiting, note, count };
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

import { expect, test } from '@jest/globals';
import { Allowance, ByteBudget } from './budget.js';

const createBudgets = () => ({ strangers: new ByteBudget(100), callers: new ByteBudget(1000) });
const refusedAs = (code: string) => expect.objectContaining({ name: 'FaceError', code });

test('one request may not take more than its limit, nor all together more than the budget', () => {
  const budgets = createBudgets();
  const first = new Allowance(budgets, 60);
  first.take(60);
  expect(() => first.take(1)).toThrow(refusedAs('body_too_large'));
  const second = new Allowance(budgets, 60);
  second.take(40);
  expect(() => second.take(1)).toThrow(refusedAs('overloaded'));
  first.release();
  second.take(20);
  second.release();
  expect(budgets.strangers.heldBytes).toBe(0);
});

test('a caller who becomes known takes what it holds along', () => {
  const budgets = createBudgets();
  const allowance = new Allowance(budgets, 60);
  allowance.take(50);
  allowance.recognise(500);
  expect([budgets.strangers.heldBytes, budgets.callers.heldBytes]).toEqual([0, 50]);
  allowance.take(450);
  expect(() => allowance.take(1)).toThrow(refusedAs('body_too_large'));
  allowance.release();
  expect(budgets.callers.heldBytes).toBe(0);
});

test('what arrives after the end is not counted, as nobody would give it back', () => {
  const budgets = createBudgets();
  const allowance = new Allowance(budgets, 60);
  allowance.take(10);
  allowance.release();
  expect(() => allowance.take(10)).toThrow(refusedAs('request_malformed'));
  allowance.release();
  expect(budgets.strangers.heldBytes).toBe(0);
});

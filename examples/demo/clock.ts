import { env } from 'node:process';

/* A clock that the demonstration sets ahead by whole days. Its process imports this module, and its server preloads it. */

const dayMs = 86_400_000;
const systemNow = Date.now;
let daysAhead = Number(new URL(import.meta.url).searchParams.get('days'));

Date.now = () => systemNow() + daysAhead * dayMs;
globalThis.Date = new Proxy(Date, {
  construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [Date.now()] : given, made),
});

export function setDaysAhead(days: number): void {
  daysAhead = days;
}

/** Returns the environment of a child process whose clock is ahead. */
export const aheadBy = (days: number): { readonly NODE_OPTIONS: string } => ({
  NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} --import ${new URL(`?days=${days}`, import.meta.url)}`,
});

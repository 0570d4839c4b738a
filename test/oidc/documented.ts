import { createConfigGuard } from '../../src/config/schema.js';
import { blocksOf } from '../../support/benches/page.js';
import { connectionGuards } from '../../support/data/connection-guards.js';

/* Helpers for tests that follow a documentation page literally, with other addresses and secrets. */

export type Others = Readonly<Record<string, string>>;

/** @throws Error if the text lacks a part to replace */
export function withOthers(text: string, others: Others): string {
  return Object.entries(others).reduce((before, [written, other]) => {
    if (!before.includes(written)) throw new Error(`the page does not say ${written}`);
    return before.replaceAll(written, other);
  }, text);
}

/** Returns a page's first configuration as the server parses it. */
export function configurationOf(page: string, secrets: Others, addresses: Others = {}) {
  const named = Object.entries(secrets).map(([name, secret]) => [`{ "env": "${name}" }`, JSON.stringify(secret)]);
  const written = JSON.parse(
    withOthers(blocksOf(page, 'json')[0] ?? '', { ...Object.fromEntries(named), ...addresses }),
  );
  return { written, connections: createConfigGuard(connectionGuards).parse(written).connections };
}

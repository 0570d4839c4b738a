import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { z } from 'zod';
import { texts as en } from '../../locales/compiled/console/help-desk/en.js';
import type { Language } from '../../src/core/base/languages.js';
import { expectAccessible, expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowser } from '../../support/browser/page-suite.js';
import { insist, press, see } from '../../support/browser/walk.js';
import { windows } from './another-way-stage.js';
import { castOf } from './cast-of.js';
import { countClicks } from './clicks.js';
import { visitConsole } from './console-visitor.js';

/* Someone calls the help desk: the agent's screen and the caller's page side by side, page, server, models and judgement real. */

const cast = castOf({ plain: { organisation: 'Example Ltd' } });
const { calls } = en;

/** An agent who has asked the caller for a face check. */
async function ask(login: string, send: 'email' | 'none', language: Language) {
  const { url, environment } = cast().stage;
  const { page, ...agent } = await visitConsole(cast().browser, url, { key: environment.FACESTEP_ADMIN_KEY ?? '' });
  const { click, choose, count } = countClicks();
  await click(page.getByRole('navigation').first().getByRole('link', { name: en.heading }));
  await page.getByLabel(en.person.login).fill(login);
  await choose(page.getByLabel(calls.send), calls.ways[send]);
  await choose(page.getByLabel(calls.language), language);
  await click(page.getByRole('button', { name: calls.submit }));
  const spoken = page.locator('.spoken');
  await spoken.waitFor();
  expect(count()).toBeLessThanOrEqual(5);
  return { ...agent, page, number: (await spoken.textContent())?.trim() ?? '' };
}

const messageGuard = z.object({ to: z.string(), text: z.string() });

/** The link in the newest letter to someone: without a relay, letters wait in the outbox. */
async function mailedLink(to: string): Promise<string> {
  const outbox = join(cast().stage.environment.FACESTEP_DATA ?? '', 'outbox.jsonl');
  const letters = (await readFile(outbox, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => messageGuard.parse(JSON.parse(line)));
  const [link = ''] = /^http\S+$/m.exec(letters.findLast((letter) => letter.to === to)?.text ?? '') ?? [];
  return link;
}

inBrowser(
  'a help-desk agent verifies a caller: link, number, face check on the phone, and the result with the identity',
  async () => {
    const subject = await cast().enrolAda('plain');
    const login = 'user-1@example.com';
    const agent = await ask(login, 'email', 'en');
    // This server has no mail relay.
    await agent.page.getByText('Written to the outbox', { exact: true }).waitFor();
    await agent.page.getByText(calls.states.waiting).waitFor();
    const caller = await cast().openVisitor('ada', windows.phone);
    await caller.page.goto(await mailedLink(login));
    await press(caller.page, 'Continue');
    await see(caller.page, 'call');
    await expectWithinReach(caller.page);
    await agent.page.getByText(calls.states.opened).waitFor();
    expect(agent.number).toMatch(/^\d\d$/);
    await press(caller.page, agent.number);
    await agent.page.getByText(calls.states.checking).waitFor();
    expect(await insist(caller.page)).toBe('passed');
    await expectWithinReach(caller.page);
    await agent.page.getByText(calls.states.passed).waitFor();
    const facts = await agent.page.locator('.facts').textContent();
    for (const fact of [login, 'plain', subject]) expect(facts).toContain(fact);
    await agent.page.getByRole('link', { name: calls.next.open }).waitFor();
    await agent.page.getByRole('button', { name: calls.next.invite.label }).waitFor();
    // Who it is, and no picture.
    expect(await agent.page.locator('main img, main video, main canvas').count()).toBe(0);
    // Ten of them at first; a busy machine may come here in the next one.
    await agent.page.getByText(new RegExp(`^${calls.minutesLeft({ minutes: '(10|[1-9])' })}$`)).waitFor();
    await expectAccessible(agent.page);
    expect(agent.complaints).toEqual([]);
    await agent.page.getByRole('button', { name: calls.another }).click();
    await agent.page.getByRole('button', { name: calls.submit }).waitFor();
    await agent.close();
    await caller.close();
  },
);
